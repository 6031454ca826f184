"""Logging in, proving it again, and new passwords."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
from argon2 import PasswordHasher

from dogwalk.db.repositories import person as people
from tests.support.accounts import PASSWORD, Somebody, somebody
from tests.support.api import Api, open_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from devstack.standins.client import InboxClient
    from tests.support.database import Template


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def set_fields(api: Api, email: str, **fields: object) -> None:
    async with api.resources.database.transaction() as session:
        found = await people.by_email(session, email)
        assert found is not None
        await people.change(session, found.id, **fields)


@pytest.fixture
async def guarded(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    """With limits in force."""
    async with open_api(stack_environment, template, rate_limits=True) as opened:
        yield opened


async def test_every_failure_looks_the_same(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    nobody, unproven = somebody(api, inbox), somebody(api, inbox)
    await unproven.register()
    answers = [await ada.log_in("wrong password"), await nobody.log_in(), await unproven.log_in()]
    bodies = [{**answer.json(), "request_id": "", "instance": ""} for answer in answers]
    assert told(answers[0]) == (401, "invalid_credentials")
    assert bodies[0] == bodies[1] == bodies[2]


async def test_an_address_is_hers_in_any_case(ada: Somebody) -> None:
    await ada.join()
    ada.email = ada.email.upper()
    ada.keep(await ada.log_in())
    assert await ada.rights() == 200


async def test_the_token_says_how_and_when_she_proved_it(ada: Somebody) -> None:
    await ada.join()
    ada.keep(await ada.log_in())
    claims = jwt.decode(ada.access_token, options={"verify_signature": False})
    assert (claims["acr"], claims["roles"]) == ("pwd", ["owner"])
    assert claims["exp"] - claims["iat"] == 900
    assert abs(claims["auth_time"] - claims["iat"]) <= 2


async def test_ten_guesses_at_an_account_are_enough_also_at_once(guarded: Api, inbox: InboxClient) -> None:
    ada, other = await somebody(guarded, inbox).join(), await somebody(guarded, inbox).join()
    answers = await asyncio.gather(*(ada.log_in(f"guess {n}") for n in range(14)))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 4
    refused = await ada.log_in()
    assert told(refused) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert (await other.log_in()).status_code == 200
    keys = [key async for key in guarded.resources.redis.scan_iter(f"{guarded.settings.redis_prefix}*")]
    assert not [key for key in keys if "people.test" in key]


async def test_guesses_at_nobody_are_refused_alike(guarded: Api, inbox: InboxClient) -> None:
    nobody = somebody(guarded, inbox)
    answers = [await nobody.log_in() for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


async def test_the_right_password_starts_the_count_over(guarded: Api, inbox: InboxClient) -> None:
    ada = await somebody(guarded, inbox).join()
    for _ in range(2):
        for _ in range(8):
            assert (await ada.log_in("wrong")).status_code == 401
        assert (await ada.log_in()).status_code == 200


async def test_a_locked_account_is_told_so_only_to_who_has_the_password(api: Api, ada: Somebody) -> None:
    await ada.join()
    await set_fields(api, ada.email, locked_at=api.clock.now())
    assert told(await ada.log_in()) == (403, "account_locked")
    assert told(await ada.log_in("wrong")) == (401, "invalid_credentials")
    assert told(await ada.refresh()) == (401, "refresh_token_invalid")


async def test_yesterdays_hash_is_made_anew(api: Api, ada: Somebody) -> None:
    await ada.join()
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    await set_fields(api, ada.email, password_hash=weak)
    assert (await ada.log_in()).status_code == 200
    async with api.resources.database.transaction() as session:
        found = await people.by_email(session, ada.email)
    assert found is not None
    assert found.password_hash != weak
    assert (await ada.log_in()).status_code == 200


async def test_stepping_up_takes_the_password(ada: Somebody) -> None:
    await ada.join()
    assert told(await ada.post("/v1/auth/step-up")) == (422, "password_required")
    assert told(await ada.post("/v1/auth/step-up", {"password": "wrong"})) == (422, "invalid_credentials")
    answer = await ada.post("/v1/auth/step-up", {"password": PASSWORD})
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (answer.status_code, claims["acr"]) == (200, "pwd")


async def test_a_session_that_is_over_cannot_step_up(api: Api, ada: Somebody) -> None:
    await ada.join()
    api.resources.wall_clock.offset += timedelta(days=61)
    assert told(await ada.post("/v1/auth/step-up", {"password": PASSWORD})) == (401, "session_revoked")


async def test_a_forgotten_password_is_replaced_by_mail(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    answer = await api.http.post("/v1/auth/password/forgot", json={"email": ada.email})
    assert (answer.status_code, answer.content) == (202, b"")
    mail = await inbox.expect(to=ada.email, text="new password", channel="mail")
    found = re.search(r"(?<![\w-])[\w-]{50,}", mail["text"])
    assert found, "no token in the mail"
    body = {"token": found.group(), "password": "a whole new password"}
    wrong = {**body, "token": body["token"][:-1] + ("A" if body["token"][-1] != "A" else "B")}
    assert told(await api.http.post("/v1/auth/password/reset", json=wrong)) == (422, "invalid_token")
    answers = await asyncio.gather(*(api.http.post("/v1/auth/password/reset", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422]
    assert await ada.rights() == 401
    assert (await ada.refresh()).status_code == 401
    assert (await ada.log_in()).status_code == 401
    assert (await ada.log_in("a whole new password")).status_code == 200
    assert await inbox.expect(to=ada.email, text="was just changed", channel="mail")


async def test_an_address_nobody_has_is_answered_alike_and_told_nothing(
    api: Api, ada: Somebody, inbox: InboxClient
) -> None:
    await ada.register()
    await ada.mailed_code()
    known = await somebody(api, inbox).join()
    for email in (ada.email, "nobody@people.test", known.email):
        answer = await api.http.post("/v1/auth/password/forgot", json={"email": email})
        assert (answer.status_code, answer.content) == (202, b"")
    await inbox.expect(to=known.email, text="new password", channel="mail")  # the last one asked for
    assert len(await inbox.messages(to=ada.email)) == 1
    assert await inbox.messages(to="nobody@people.test") == []


@pytest.mark.parametrize("token", ["x", "=" * 60, "ä" * 60, "A" * 22, "-" * 200])
async def test_what_is_no_token_is_refused(api: Api, token: str) -> None:
    answer = await api.http.post("/v1/auth/password/reset", json={"token": token, "password": "12345678"})
    assert told(answer) == (422, "invalid_token")


async def test_a_changed_password_logs_every_other_device_out(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    other = somebody(api, inbox)
    other.keep(await ada.log_in())
    body = {"current_password": "wrong", "password": "a whole new password"}
    assert told(await ada.post("/v1/auth/password/change", body)) == (422, "invalid_credentials")
    body["current_password"] = PASSWORD
    answers = await asyncio.gather(*(ada.post("/v1/auth/password/change", body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [204, 422]
    assert (await ada.rights(), await other.rights()) == (200, 401)
    assert (await other.refresh()).status_code == 401
    assert (await ada.refresh()).status_code == 200
    assert (await ada.log_in("a whole new password")).status_code == 200
