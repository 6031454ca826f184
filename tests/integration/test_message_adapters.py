"""Push, mail and SMS through their real client libraries, over real sockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import pytest
from moto.server import ThreadedMotoServer
from moto.sns.models import sns_backends

from dogwalk.adapters.fcm import FirebasePushSender
from dogwalk.adapters.sms import SnsSmsSender
from dogwalk.adapters.smtp import SmtpMailSender
from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome, MailMessage, PushMessage
from tests.support.providers import SMTP_PASSWORD, SMTP_USER, Fcm, Mailbox, service_account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

PUSH = PushMessage(
    message_id="m1",
    kind="offer_made",
    title="A walk for Rex",
    body="Answer by 10:30.",
    data={"offer_id": "o1"},
    high_priority=True,
    ttl_s=45,
)
MAIL = MailMessage(message_id="m1", to="ada@people.test", subject="Grüße", text="Hello Ada,\n\nwoof\n")
ACCOUNT, REGION = "123456789012", "eu-central-1"


# --- push ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def fcm() -> Iterator[Fcm]:
    with Fcm() as running:
        yield running


@pytest.fixture(scope="module")
def credentials() -> str:
    return service_account()


@pytest.fixture
async def push(fcm: Fcm, credentials: str) -> AsyncIterator[FirebasePushSender]:
    async with push_sender(credentials, fcm.url) as sender:
        yield sender


@asynccontextmanager
async def push_sender(credentials: str | None, url: str | None) -> AsyncIterator[FirebasePushSender]:
    sender = FirebasePushSender(credentials_json=credentials, base_url=url)
    try:
        yield sender
    finally:
        await sender.close()


@pytest.mark.parametrize("kind", ["fid", "token"])
async def test_a_push_carries_its_id_kind_priority_and_life(fcm: Fcm, push: FirebasePushSender, kind: str) -> None:
    assert await push.send(device_kind=kind, device_value="d1", message=PUSH) is DeliveryOutcome.SENT
    (received,) = fcm.received
    assert received[kind] == "d1"
    assert received["data"] == {"offer_id": "o1", "kind": "offer_made", "message_id": "m1"}
    assert received["android"] == {"collapse_key": "m1", "priority": "high", "ttl": "45s"}
    assert received["apns"]["headers"]["apns-collapse-id"] == "m1"
    assert received["apns"]["headers"]["apns-priority"] == "10"


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (404, "UNREGISTERED", DeliveryOutcome.GONE),
        (403, "SENDER_ID_MISMATCH", DeliveryOutcome.GONE),
        (400, "INVALID_ARGUMENT", DeliveryOutcome.REJECTED),
    ],
)
async def test_a_push_that_will_never_arrive(
    fcm: Fcm, push: FirebasePushSender, status: int, code: str, outcome: DeliveryOutcome
) -> None:
    fcm.answers["d1"] = status, code
    assert await push.send(device_kind="fid", device_value="d1", message=PUSH) is outcome


@pytest.mark.parametrize(("status", "code"), [(429, "QUOTA_EXCEEDED"), (503, "UNAVAILABLE"), (500, "INTERNAL")])
async def test_a_push_that_may_arrive_later_is_asked_for_once(
    fcm: Fcm, push: FirebasePushSender, status: int, code: str
) -> None:
    fcm.answers["d1"] = status, code
    with pytest.raises(Unavailable):
        await push.send(device_kind="fid", device_value="d1", message=PUSH)
    assert len(fcm.received) == 1, "retries are the outbox's, not the library's"


async def test_without_credentials_a_push_waits() -> None:
    async with push_sender(None, None) as push:
        with pytest.raises(Unavailable):
            await push.send(device_kind="fid", device_value="d1", message=PUSH)


async def test_nobody_listening_is_unavailable(credentials: str) -> None:
    async with push_sender(credentials, "http://127.0.0.1:9") as push:
        with pytest.raises(Unavailable):
            await push.send(device_kind="fid", device_value="d1", message=PUSH)


# --- mail ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    running = Mailbox(tmp_path)
    running.start()
    yield running
    running.stop()


def mail_sender(mailbox: Mailbox, **changes: Any) -> SmtpMailSender:
    given = {
        "host": "127.0.0.1",
        "port": mailbox.port,
        "username": SMTP_USER,
        "password": SMTP_PASSWORD,
        "sender": "Dogwalk <walks@dogwalk.test>",
        "ca_file": str(mailbox.ca_file),
    }
    return SmtpMailSender(**{**given, **changes})


async def test_a_mail_arrives_with_its_id(mailbox: Mailbox) -> None:
    assert await mail_sender(mailbox).send(MAIL) is DeliveryOutcome.SENT
    (received,) = mailbox.received
    assert received["Message-ID"] == "<m1@dogwalk.test>"
    assert received["To"] == "ada@people.test"
    assert received["From"] == "Dogwalk <walks@dogwalk.test>"


@pytest.mark.parametrize("refusal", ["550 no such user", "553 bad name"])
async def test_a_5xx_for_the_recipient_is_final(mailbox: Mailbox, refusal: str) -> None:
    mailbox.refusals[MAIL.to] = refusal
    assert await mail_sender(mailbox).send(MAIL) is DeliveryOutcome.REJECTED


async def test_a_4xx_is_tried_again(mailbox: Mailbox) -> None:
    mailbox.refusals[MAIL.to] = "451 greylisted"
    with pytest.raises(Unavailable):
        await mail_sender(mailbox).send(MAIL)


async def test_a_wrong_password_waits_for_a_person(mailbox: Mailbox) -> None:
    with pytest.raises(Unavailable):
        await mail_sender(mailbox, password="wrong").send(MAIL)


async def test_a_server_nobody_vouches_for_gets_nothing(mailbox: Mailbox) -> None:
    with pytest.raises(Unavailable):
        await mail_sender(mailbox, ca_file=None).send(MAIL)
    assert mailbox.received == []


async def test_an_address_that_is_none_is_rejected(mailbox: Mailbox) -> None:
    broken = MailMessage(message_id="m1", to="a@b.test\r\nBcc: all@b.test", subject="x", text="x")
    assert await mail_sender(mailbox).send(broken) is DeliveryOutcome.REJECTED
    assert mailbox.received == []


# --- SMS -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sns_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def sms_sender(url: str, **changes: Any) -> SnsSmsSender:
    given = {
        "region": REGION,
        "countries": "US, DE",
        "access_key_id": "AKIATEST",
        "secret_access_key": "secret",
        "endpoint_url": url,
    }
    return SnsSmsSender(**{**given, **changes})


def sent_sms() -> list[tuple[str, str]]:
    return [(message[0], message[1]) for message in sns_backends[ACCOUNT][REGION].sms_messages.values()]


async def test_an_sms_goes_to_its_number(sns_url: str) -> None:
    with closing(sms_sender(sns_url)) as sms:
        assert await sms.send(to="+12125550123", text="Dogwalk: woof", message_id="m1") is DeliveryOutcome.SENT
    assert sent_sms()[-1] == ("+12125550123", "Dogwalk: woof")


@pytest.mark.parametrize("number", ["+447911123456", "+1", "12125550123", "nonsense"])
async def test_a_country_that_is_not_allowed_gets_none(sns_url: str, number: str) -> None:
    before = len(sent_sms())
    with closing(sms_sender(sns_url)) as sms:
        assert await sms.send(to=number, text="x", message_id="m1") is DeliveryOutcome.REJECTED
    assert len(sent_sms()) == before


async def test_sns_away_surely_sent_nothing() -> None:
    with closing(sms_sender("http://127.0.0.1:9")) as sms, pytest.raises(Unavailable):
        await sms.send(to="+12125550123", text="x", message_id="m1")


async def test_an_answer_that_never_came_is_unknown() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with closing(sms_sender(f"http://127.0.0.1:{port}")) as sms:
            sent = await sms.send(to="+12125550123", text="x", message_id="m1")
    assert sent is DeliveryOutcome.UNKNOWN


async def test_without_keys_an_sms_waits() -> None:
    with closing(sms_sender("", is_enabled=False)) as sms, pytest.raises(Unavailable):
        await sms.send(to="+12125550123", text="x", message_id="m1")
