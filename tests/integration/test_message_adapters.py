"""Push, mail and SMS through their real client libraries, to the stack's stand-ins."""

from __future__ import annotations

from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from devstack.standins.client import InboxClient
from dogwalk.adapters.fcm import FirebasePushSender
from dogwalk.adapters.sms import SnsSmsSender
from dogwalk.adapters.smtp import SmtpMailSender
from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome, MailMessage, PushMessage
from tests.support.rows import new_phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PUSH = PushMessage(
    message_id="m1",
    kind="offer_made",
    title="A walk for Rex",
    body="Answer by 10:30.",
    data={"offer_id": "o1"},
    high_priority=True,
    ttl_s=45,
)
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
async def inbox(stack_environment: dict[str, str]) -> AsyncIterator[InboxClient]:
    async with InboxClient(stack_environment["INBOX_URL"]) as opened:
        yield opened
        await opened.clear_faults()


# --- push ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def device() -> str:
    return f"device-{uuid4()}"


@pytest.fixture
async def push(stack_environment: dict[str, str]) -> AsyncIterator[FirebasePushSender]:
    environment = stack_environment
    async with push_sender(environment["FIREBASE_CREDENTIALS"], environment["FCM_BASE_URL"]) as sender:
        yield sender


@asynccontextmanager
async def push_sender(credentials: str | None, url: str | None) -> AsyncIterator[FirebasePushSender]:
    sender = FirebasePushSender(credentials_json=credentials, base_url=url)
    try:
        yield sender
    finally:
        await sender.close()


@pytest.mark.parametrize("kind", ["fid", "token"])
async def test_a_push_carries_its_id_kind_priority_and_life(
    inbox: InboxClient, push: FirebasePushSender, device: str, kind: str
) -> None:
    assert await push.send(device_kind=kind, device_value=device, message=PUSH) is DeliveryOutcome.SENT
    (received,) = [one["provider_data"] for one in await inbox.messages(to=device)]
    assert received[kind] == device
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
    inbox: InboxClient, push: FirebasePushSender, device: str, status: int, code: str, outcome: DeliveryOutcome
) -> None:
    await inbox.fault("push", to=device, status=status, code=code)
    assert await push.send(device_kind="fid", device_value=device, message=PUSH) is outcome


@pytest.mark.parametrize(("status", "code"), [(429, "QUOTA_EXCEEDED"), (503, "UNAVAILABLE"), (500, "INTERNAL")])
async def test_a_push_that_may_arrive_later_is_asked_for_once(
    inbox: InboxClient, push: FirebasePushSender, device: str, status: int, code: str
) -> None:
    await inbox.fault("push", to=device, status=status, code=code)
    with pytest.raises(Unavailable):
        await push.send(device_kind="fid", device_value=device, message=PUSH)
    assert await inbox.messages(to=device) == [], "retries are the outbox's, not the library's"


async def test_without_credentials_a_push_waits() -> None:
    async with push_sender(None, None) as push:
        with pytest.raises(Unavailable):
            await push.send(device_kind="fid", device_value="d1", message=PUSH)


async def test_fcm_away_is_unavailable(stack_environment: dict[str, str]) -> None:
    async with push_sender(stack_environment["FIREBASE_CREDENTIALS"], NOBODY) as push:
        with pytest.raises(Unavailable):
            await push.send(device_kind="fid", device_value="d1", message=PUSH)


# --- mail ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mail() -> MailMessage:
    return MailMessage(message_id="m1", to=f"{uuid4()}@people.test", subject="Grüße", text="Hello Ada,\n\nwoof\n")


def mail_sender(environment: dict[str, str], **changes: Any) -> SmtpMailSender:
    given = {
        "host": environment["SMTP_HOST"],
        "port": int(environment["SMTP_PORT"]),
        "username": environment["SMTP_USERNAME"],
        "password": environment["SMTP_PASSWORD"],
        "sender": "Dogwalk <walks@dogwalk.test>",
        "ca_file": environment["SMTP_CA_FILE"],
    }
    return SmtpMailSender(**{**given, **changes})


async def test_a_mail_arrives_with_its_id(
    stack_environment: dict[str, str], inbox: InboxClient, mail: MailMessage
) -> None:
    assert await mail_sender(stack_environment).send(mail) is DeliveryOutcome.SENT
    (received,) = await inbox.messages(to=mail.to)
    assert (received["subject"], received["text"].splitlines()) == ("Grüße", mail.text.splitlines())
    assert received["provider_data"]["Message-ID"] == "<m1@dogwalk.test>"


@pytest.mark.parametrize("status", [550, 553])
async def test_a_5xx_for_the_recipient_is_final(
    stack_environment: dict[str, str], inbox: InboxClient, mail: MailMessage, status: int
) -> None:
    await inbox.fault("mail", to=mail.to, status=status, code="no such user")
    assert await mail_sender(stack_environment).send(mail) is DeliveryOutcome.REJECTED


async def test_a_4xx_is_tried_again(stack_environment: dict[str, str], inbox: InboxClient, mail: MailMessage) -> None:
    await inbox.fault("mail", to=mail.to, status=451, code="greylisted")
    with pytest.raises(Unavailable):
        await mail_sender(stack_environment).send(mail)


async def test_a_wrong_password_waits_for_a_person(stack_environment: dict[str, str], mail: MailMessage) -> None:
    with pytest.raises(Unavailable):
        await mail_sender(stack_environment, password="wrong").send(mail)


async def test_a_server_nobody_vouches_for_gets_nothing(
    stack_environment: dict[str, str], inbox: InboxClient, mail: MailMessage
) -> None:
    with pytest.raises(Unavailable):
        await mail_sender(stack_environment, ca_file=None).send(mail)
    assert await inbox.messages(to=mail.to) == []


async def test_an_address_that_is_none_is_rejected(stack_environment: dict[str, str], inbox: InboxClient) -> None:
    bystander = f"{uuid4()}@people.test"
    broken = MailMessage(message_id="m1", to=f"a@b.test\r\nBcc: {bystander}", subject="x", text="x")
    assert await mail_sender(stack_environment).send(broken) is DeliveryOutcome.REJECTED
    assert await inbox.messages(to=bystander) == []


# --- SMS -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def number() -> str:
    return new_phone()


def sms_sender(environment: dict[str, str], **changes: Any) -> SnsSmsSender:
    given = {
        "region": "eu-central-1",
        "countries": "US, DE",
        "access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
        "endpoint_url": environment["AWS_ENDPOINT_URL_SNS"],
    }
    return SnsSmsSender(**{**given, **changes})


async def test_an_sms_goes_to_its_number_as_transactional(
    stack_environment: dict[str, str], inbox: InboxClient, number: str
) -> None:
    with closing(sms_sender(stack_environment)) as sms:
        assert await sms.send(to=number, text="Dogwalk: woof", message_id="m1") is DeliveryOutcome.SENT
    (received,) = await inbox.messages(to=number)
    assert received["text"] == "Dogwalk: woof"
    assert "Transactional" in received["provider_data"].values()


@pytest.mark.parametrize("foreign", ["+447911123456", "+1", "12125550123", "nonsense"])
async def test_a_country_that_is_not_allowed_gets_none(
    stack_environment: dict[str, str], inbox: InboxClient, foreign: str
) -> None:
    with closing(sms_sender(stack_environment)) as sms:
        assert await sms.send(to=foreign, text="x", message_id="m1") is DeliveryOutcome.REJECTED
    assert await inbox.messages(to=foreign) == []


@pytest.mark.parametrize(("status", "code"), [(400, "Throttling"), (403, "InvalidClientTokenId")])
async def test_an_sms_refused_for_now_was_not_sent(
    stack_environment: dict[str, str], inbox: InboxClient, number: str, status: int, code: str
) -> None:
    await inbox.fault("sms", to=number, status=status, code=code)
    with closing(sms_sender(stack_environment)) as sms, pytest.raises(Unavailable):
        await sms.send(to=number, text="x", message_id="m1")


async def test_a_number_sns_refuses_is_final(
    stack_environment: dict[str, str], inbox: InboxClient, number: str
) -> None:
    await inbox.fault("sms", to=number, status=400, code="InvalidParameter")
    with closing(sms_sender(stack_environment)) as sms:
        assert await sms.send(to=number, text="x", message_id="m1") is DeliveryOutcome.REJECTED


@pytest.mark.parametrize("trouble", [{"lost": True}, {"status": 500, "code": "InternalFailure"}])
async def test_without_a_clear_answer_an_sms_may_be_out(
    stack_environment: dict[str, str], inbox: InboxClient, number: str, trouble: dict[str, Any]
) -> None:
    await inbox.fault("sms", to=number, **trouble)
    with closing(sms_sender(stack_environment)) as sms:
        assert await sms.send(to=number, text="x", message_id="m1") is DeliveryOutcome.UNKNOWN
    assert len(await inbox.messages(to=number)) <= 1


async def test_sns_away_surely_sent_nothing(stack_environment: dict[str, str], number: str) -> None:
    with closing(sms_sender(stack_environment, endpoint_url=NOBODY)) as sms, pytest.raises(Unavailable):
        await sms.send(to=number, text="x", message_id="m1")


async def test_without_keys_an_sms_waits(stack_environment: dict[str, str], number: str) -> None:
    with closing(sms_sender(stack_environment, is_enabled=False)) as sms, pytest.raises(Unavailable):
        await sms.send(to=number, text="x", message_id="m1")
