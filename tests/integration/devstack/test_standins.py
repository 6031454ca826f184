"""The stand-ins of the running stack, through the adapters that production runs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import jwt
import pytest

from devstack.standins.client import NothingReceived
from devstack.standins.service_account import kept_private_key, service_account
from dogwalk.adapters.fcm import FirebasePushSender
from dogwalk.adapters.smtp import SmtpMailSender
from dogwalk.bootstrap import open_resources
from dogwalk.config import Settings
from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome, MailMessage, PushMessage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from devstack.standins.client import InboxClient
    from dogwalk.bootstrap import Resources

NUMBER = "+12125550{:03d}"


@pytest.fixture
async def resources(stack_environment: dict[str, str]) -> AsyncIterator[Resources]:
    settings = Settings(**{name.lower(): value for name, value in stack_environment.items()})
    async with open_resources(settings) as opened:
        yield opened


@pytest.fixture
def device() -> str:
    return f"device-{uuid4().hex}"


@pytest.fixture
def address() -> str:
    return f"{uuid4().hex}@people.test"


def push_message() -> PushMessage:
    return PushMessage(
        message_id="m1", kind="offer_made", title="A walk", body="for Rex", data={}, high_priority=True, ttl_s=45
    )


def mail_message(to: str) -> MailMessage:
    return MailMessage(message_id="m1", to=to, subject="Grüße", text="Hello Ada", html="<p>Hello Ada</p>")


async def send_push(resources: Resources, device: str) -> DeliveryOutcome:
    return await resources.push.send(device_kind="fid", device_value=device, message=push_message())


async def test_a_push_is_shown(resources: Resources, inbox: InboxClient, device: str) -> None:
    assert await send_push(resources, device) is DeliveryOutcome.SENT
    (message,) = await inbox.messages(to=device)
    assert (message["channel"], message["subject"], message["text"]) == ("push", "A walk", "for Rex")
    assert message["provider_data"]["data"]["kind"] == "offer_made"


async def test_a_push_under_another_key_is_refused(
    stack_environment: dict[str, str], device: str, tmp_path: Path
) -> None:
    url = stack_environment["FCM_BASE_URL"]
    account = service_account(private_key=kept_private_key(tmp_path / "key"), base_url=url)
    push = FirebasePushSender(credentials_json=account, base_url=url)
    with pytest.raises(Unavailable, match="UnauthenticatedError"):
        await push.send(device_kind="fid", device_value=device, message=push_message())
    await push.close()


@pytest.mark.parametrize("bearer", [None, "Bearer", "Bearer x.y.z", "Basic eDp5"])
async def test_nobody_pushes_without_a_good_bearer(stack_environment: dict[str, str], bearer: str | None) -> None:
    url = f"{stack_environment['FCM_BASE_URL']}/v1/projects/dogwalk-dev/messages:send"
    headers = {"Authorization": bearer} if bearer else {}
    async with httpx.AsyncClient() as http:
        answer = await http.post(url, headers=headers, json={"message": {"token": "t"}})
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


async def test_the_token_endpoint_gives_a_bearer_for_a_signed_assertion(stack_environment: dict[str, str]) -> None:

    account = json.loads(stack_environment["FIREBASE_CREDENTIALS"])
    now = int(time.time())
    claims = {
        "iss": account["client_email"],
        "aud": account["token_uri"],
        "scope": "https://www.googleapis.com/auth/firebase.messaging",
        "iat": now,
        "exp": now + 600,
    }
    assertion = jwt.encode(claims, account["private_key"], algorithm="RS256")
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    async with httpx.AsyncClient() as http:
        token = (await http.post(account["token_uri"], data=grant)).json()["access_token"]
        url = f"{stack_environment['FCM_BASE_URL']}/v1/projects/{account['project_id']}/messages:send"
        body = {"message": {"token": "t"}, "validate_only": True}
        answer = await http.post(url, headers={"Authorization": f"Bearer {token}"}, json=body)
        refused = await http.post(account["token_uri"], data={**grant, "assertion": assertion[:-4] + "AAAA"})
    assert answer.status_code == 200
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_phone_that_is_gone_and_a_provider_that_is_away(
    resources: Resources, inbox: InboxClient, device: str
) -> None:
    await inbox.fault("push", to=device, status=404, code="UNREGISTERED")
    assert await send_push(resources, device) is DeliveryOutcome.GONE
    await inbox.fault("push", to=device, status=503, code="UNAVAILABLE")
    with pytest.raises(Unavailable):
        await send_push(resources, device)
    assert await send_push(resources, device) is DeliveryOutcome.SENT, "a fault is used up"


async def test_a_push_whose_answer_is_lost_was_received(resources: Resources, inbox: InboxClient, device: str) -> None:
    await inbox.fault("push", to=device, lost=True)
    with pytest.raises(Unavailable):
        await send_push(resources, device)
    assert len(await inbox.messages(to=device)) == 1


async def test_a_mail_is_shown(resources: Resources, inbox: InboxClient, address: str) -> None:
    assert await resources.mail.send(mail_message(address)) is DeliveryOutcome.SENT
    message = await inbox.expect(to=address, text="Grüße", channel="mail")
    assert message["text"].strip() == "Hello Ada"
    assert message["html"].strip() == "<p>Hello Ada</p>"
    assert message["provider_data"]["Message-ID"].startswith("<m1@")


async def test_mail_answers(resources: Resources, inbox: InboxClient, address: str) -> None:
    await inbox.fault("mail", to=address, status=550, code="no such user")
    assert await resources.mail.send(mail_message(address)) is DeliveryOutcome.REJECTED
    await inbox.fault("mail", to=address, status=451, code="greylisted")
    with pytest.raises(Unavailable):
        await resources.mail.send(mail_message(address))
    assert await inbox.messages(to=address) == []


async def test_a_mail_whose_answer_is_lost_was_received(resources: Resources, inbox: InboxClient, address: str) -> None:
    await inbox.fault("mail", to=address, lost=True)
    with pytest.raises(Unavailable):
        await resources.mail.send(mail_message(address))
    assert len(await inbox.messages(to=address)) == 1


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"ca_file": None}])
async def test_mail_wants_the_password_and_our_ca(
    stack_environment: dict[str, str], inbox: InboxClient, address: str, changes: dict[str, str | None]
) -> None:
    given: dict[str, str | None] = {
        "username": stack_environment["SMTP_USERNAME"],
        "password": stack_environment["SMTP_PASSWORD"],
        "ca_file": stack_environment["SMTP_CA_FILE"],
    }
    port = int(stack_environment["SMTP_PORT"])
    sender = SmtpMailSender(host="127.0.0.1", port=port, sender="a@dogwalk.test", **{**given, **changes})  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        await sender.send(mail_message(address))
    assert await inbox.messages(to=address) == []


async def test_an_sms_is_shown(resources: Resources, inbox: InboxClient) -> None:
    number = NUMBER.format(101)
    assert await resources.sms.send(to=number, text="Dogwalk: woof", message_id="m1") is DeliveryOutcome.SENT
    (message,) = await inbox.messages(to=number)
    assert (message["channel"], message["text"]) == ("sms", "Dogwalk: woof")
    assert "Transactional" in message["provider_data"].values()


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [(400, "InvalidParameter", DeliveryOutcome.REJECTED), (500, "InternalFailure", DeliveryOutcome.UNKNOWN)],
)
async def test_sms_refusals(
    resources: Resources, inbox: InboxClient, status: int, code: str, outcome: DeliveryOutcome
) -> None:
    number = NUMBER.format(status % 100 + 110)
    await inbox.fault("sms", to=number, status=status, code=code)
    assert await resources.sms.send(to=number, text="x", message_id="m1") is outcome
    assert await inbox.messages(to=number) == []


async def test_an_sms_whose_answer_is_lost_is_unknown(resources: Resources, inbox: InboxClient) -> None:
    number = NUMBER.format(120)
    await inbox.fault("sms", to=number, lost=True)
    assert await resources.sms.send(to=number, text="x", message_id="m1") is DeliveryOutcome.UNKNOWN
    assert len(await inbox.messages(to=number)) == 1


async def test_moto_judges_what_is_asked(stack_environment: dict[str, str], inbox: InboxClient) -> None:
    import boto3
    from botocore.exceptions import ClientError

    client = boto3.client(
        "sns",
        region_name="eu-central-1",
        endpoint_url=stack_environment["AWS_ENDPOINT_URL_SNS"],
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    with pytest.raises(ClientError, match="InvalidParameter"):
        client.publish(PhoneNumber="NAA+15551234567", Message="x")
    client.close()
    assert await inbox.messages(to="NAA+15551234567") == []


async def test_waiting_ends_with_nothing(inbox: InboxClient, address: str) -> None:
    with pytest.raises(NothingReceived):
        await inbox.expect(to=address, within_s=0.05)


async def test_the_page_is_served(stack_environment: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=stack_environment["INBOX_URL"]) as http:
        assert "Dogwalk inbox" in (await http.get("/_inbox")).text
        assert (await http.get("/messages", params={"nonsense": 1})).status_code == 422
