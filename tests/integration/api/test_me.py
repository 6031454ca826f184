"""One's own account: what it says, a phone that is hers, and what logs must not say."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import jwt
import pytest

from tests.support.accounts import PASSWORD, Somebody, digits, somebody

if TYPE_CHECKING:
    import httpx

    from devstack.standins.client import InboxClient
    from tests.support.api import Api


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


@pytest.fixture
def number() -> str:
    """One no other test writes to."""
    return f"+1212{uuid4().int % 8_000_000 + 2_000_000:07d}"


async def start(one: Somebody, number: str) -> tuple[str, str]:
    """The challenge, and the code her phone shows."""
    before = await one.inbox.messages(to=number)
    answer = await one.post("/v1/auth/phone/start", {"phone": number})
    assert answer.status_code == 202, answer.text
    sms = await one.inbox.expect(to=number, channel="sms", after=before[-1]["id"] if before else 0)
    return answer.json()["challenge"], digits(sms["text"])


async def verify(one: Somebody, challenge: str, code: str) -> httpx.Response:
    return await one.post("/v1/auth/phone/verify", {"challenge": challenge, "code": code})


async def phone_of(one: Somebody) -> tuple[str | None, bool]:
    me = (await one.get("/v1/me")).json()
    return me["phone"], me["phone_verified"]


async def test_what_is_named_is_changed(ada: Somebody) -> None:
    await ada.join()
    change = {"name": " Augusta King ", "time_zone": "Europe/London", "locale": None}
    changed = await ada.api.http.patch("/v1/me", json=change, headers=ada.headers)
    me = (await ada.get("/v1/me")).json()
    assert changed.json() == me
    assert (me["name"], me["time_zone"], me["locale"]) == ("Augusta King", "Europe/London", "en")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"time_zone": "../../etc/passwd"}, "unknown_time_zone"),
        ({"name": ""}, "invalid_input"),
        ({"name": "a\x00b"}, "invalid_input"),
        ({"locale": "'; --"}, "invalid_input"),
    ],
)
async def test_what_makes_no_sense_is_refused(ada: Somebody, body: dict[str, str], code: str) -> None:
    await ada.join()
    assert told(await ada.api.http.patch("/v1/me", json=body, headers=ada.headers)) == (422, code)


async def test_an_owner_may_walk_dogs_too(ada: Somebody) -> None:
    await ada.join()
    for _ in range(2):
        answer = await ada.post("/v1/me/roles", {"role": "walker"})
        assert (answer.status_code, answer.json()["roles"]) == (200, ["owner", "walker"])
    ada.keep(await ada.refresh())
    assert jwt.decode(ada.access_token, options={"verify_signature": False})["roles"] == ["owner", "walker"]


async def test_nobody_makes_herself_support(ada: Somebody) -> None:
    await ada.join()
    for role in ("support", "admin", "queen"):
        assert told(await ada.post("/v1/me/roles", {"role": role})) == (422, "invalid_input")


async def test_without_a_token_there_is_no_me(api: Api) -> None:
    for answer in (await api.http.get("/v1/me"), await api.http.post("/v1/me/roles", json={"role": "walker"})):
        assert told(answer) == (401, "unauthenticated")


async def test_a_code_by_sms_makes_a_phone_hers(ada: Somebody, number: str) -> None:
    await ada.join()
    challenge, code = await start(ada, number)
    assert await phone_of(ada) == (None, False)
    assert told(await verify(ada, challenge, f"{(int(code) + 1) % 10**6:06d}")) == (422, "invalid_code")
    answers = await asyncio.gather(*(verify(ada, challenge, code) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422]
    assert await phone_of(ada) == (number, True)


async def test_a_phone_belongs_to_one_account(api: Api, ada: Somebody, inbox: InboxClient, number: str) -> None:
    await ada.join()
    grace = await somebody(api, inbox).join(phone=number)
    hers, his = await start(ada, number), await start(grace, number)
    answers = await asyncio.gather(verify(ada, *hers), verify(grace, *his))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert next(answer for answer in answers if answer.status_code == 409).json()["code"] == "phone_taken"
    assert sorted([(await phone_of(ada))[1], (await phone_of(grace))[1]]) == [False, True]


async def test_somebody_elses_challenge_proves_nothing(
    api: Api, ada: Somebody, inbox: InboxClient, number: str
) -> None:
    await ada.join()
    grace = await somebody(api, inbox).join()
    challenge, code = await start(ada, number)
    assert told(await verify(grace, challenge, code)) == (422, "invalid_code")
    assert (await verify(ada, challenge, code)).status_code == 204


async def test_another_number_takes_a_fresh_log_in(api: Api, ada: Somebody, number: str) -> None:
    await ada.join()
    assert (await verify(ada, *(await start(ada, number)))).status_code == 204
    api.resources.wall_clock.offset += timedelta(minutes=11)
    other = f"+1646{number[-7:]}"
    assert told(await ada.post("/v1/auth/phone/start", {"phone": other})) == (403, "step_up_required")
    ada.access_token = (await ada.post("/v1/auth/step-up", {"password": PASSWORD})).json()["access_token"]
    assert (await ada.post("/v1/auth/phone/start", {"phone": other})).status_code == 202


async def test_five_sms_an_hour_are_enough(api: Api, ada: Somebody, number: str) -> None:
    await ada.join()
    answers = await asyncio.gather(*(ada.post("/v1/auth/phone/start", {"phone": number}) for _ in range(7)))
    assert sorted(answer.status_code for answer in answers) == [202] * 5 + [429] * 2
    api.resources.wall_clock.offset += timedelta(minutes=61)
    assert (await ada.post("/v1/auth/phone/start", {"phone": number})).status_code == 202


@pytest.mark.parametrize(
    ("phone", "code"),
    [("12125550142", "invalid_phone"), ("+33612345678", "country_not_served"), ("+" * 41, "invalid_input")],
)
async def test_a_number_no_sms_reaches_is_refused(ada: Somebody, phone: str, code: str) -> None:
    await ada.join()
    assert told(await ada.post("/v1/auth/phone/start", {"phone": phone})) == (422, code)


async def test_logs_say_nothing_of_addresses_codes_and_tokens(
    ada: Somebody, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await ada.join()
    challenge, code = await start(ada, number)
    await verify(ada, challenge, code)
    recovery_codes = await ada.turn_second_factor_on()
    await ada.log_in("wrong password")
    await ada.refresh()
    written = "".join(capsys.readouterr())
    assert "phone_verified" in written
    assert not re.search(rf"(?<![\w-]){code}(?![\w-])", written)
    secrets = [ada.email, number, PASSWORD, ada.access_token, ada.refresh_token, ada.totp_secret]
    assert not [secret for secret in [*secrets, *recovery_codes, "wrong password"] if secret in written]
