"""The second factor: codes good once, guesses counted, recovery, and what matching sees of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import jwt
from sqlalchemy import select

from dogwalk.db.models.person import RecoveryCode, TwoFactor
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import walker as walkers
from tests.support.accounts import PASSWORD, Somebody

if TYPE_CHECKING:
    import httpx

    from devstack.standins.client import InboxClient
    from tests.support.api import Api


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def challenge_of(one: Somebody) -> str:
    answer = (await one.log_in()).json()
    assert answer["two_factor_required"] is True
    assert set(answer) == {"two_factor_required", "challenge"}
    challenge: str = answer["challenge"]
    return challenge


async def finish(one: Somebody, challenge: str, code: str) -> httpx.Response:
    return await one.api.http.post("/v1/auth/login/2fa", json={"challenge": challenge, "code": code})


async def is_on_for_matching(api: Api) -> list[bool]:
    async with api.resources.database.transaction() as session:
        return list(await session.scalars(select(Walker.two_factor_on)))


async def test_an_authenticator_is_enrolled(ada: Somebody) -> None:
    await ada.join()
    made = (await ada.post("/v1/auth/2fa/enroll")).json()
    uri = urlsplit(made["otpauth_uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query) == {"secret": [made["secret"]], "issuer": ["Dogwalk"]}
    assert made["qr_svg"].startswith("<svg")
    assert (await ada.get("/v1/me")).json()["two_factor_on"] is False
    assert (await ada.log_in()).json()["token_type"] == "Bearer"


async def test_a_wrong_code_confirms_nothing(ada: Somebody) -> None:
    await ada.join()
    assert told(await ada.post("/v1/auth/2fa/confirm", {"code": "123456"})) == (409, "two_factor_not_enrolled")
    ada.totp_secret = (await ada.post("/v1/auth/2fa/enroll")).json()["secret"]
    stale = ada.authenticator(later_s=-120)
    assert told(await ada.post("/v1/auth/2fa/confirm", {"code": stale})) == (422, "invalid_code")
    again = (await ada.post("/v1/auth/2fa/enroll")).json()["secret"]
    assert again != ada.totp_secret
    assert told(await ada.post("/v1/auth/2fa/confirm", {"code": ada.authenticator()})) == (422, "invalid_code")


async def test_log_in_takes_two_steps_from_then_on(ada: Somebody) -> None:
    await ada.join()
    assert len(set(await ada.turn_second_factor_on())) == 10
    assert told(await ada.post("/v1/auth/2fa/enroll")) == (409, "two_factor_on")
    challenge = await challenge_of(ada)
    assert told(await finish(ada, challenge, "000000")) == (401, "invalid_code")
    ada.keep(await finish(ada, challenge, ada.authenticator(later_s=30)))
    claims = jwt.decode(ada.access_token, options={"verify_signature": False})
    assert claims["acr"] == "mfa"
    me = (await ada.get("/v1/me")).json()
    assert (me["two_factor_on"], me["recovery_codes_left"]) == (True, 10)


async def test_a_code_is_used_once(ada: Somebody) -> None:
    await ada.join()
    await ada.turn_second_factor_on()
    assert told(await finish(ada, await challenge_of(ada), ada.confirmed_with)) == (401, "invalid_code")
    code, challenges = ada.authenticator(later_s=30), [await challenge_of(ada) for _ in range(4)]
    answers = await asyncio.gather(*(finish(ada, one, code) for one in challenges))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_challenge_opens_one_session(api: Api, ada: Somebody) -> None:
    await ada.join()
    codes = await ada.turn_second_factor_on()
    challenge = await challenge_of(ada)
    answers = await asyncio.gather(*(finish(ada, challenge, code) for code in codes[:4]))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    async with api.resources.database.transaction() as session:
        used = await session.scalars(select(RecoveryCode.id).where(RecoveryCode.used_at.is_not(None)))
        assert len(used.all()) == 1


async def test_a_recovery_code_stands_in_once_however_it_is_typed(ada: Somebody) -> None:
    await ada.join()
    code, *_ = await ada.turn_second_factor_on()
    typed = code.upper().replace("-", " ")
    assert (await finish(ada, await challenge_of(ada), typed)).status_code == 200
    assert told(await finish(ada, await challenge_of(ada), code)) == (401, "invalid_code")
    assert (await ada.get("/v1/me")).json()["recovery_codes_left"] == 9


async def test_five_tries_a_challenge_and_ten_in_a_row(api: Api, ada: Somebody) -> None:
    await ada.join()
    await ada.turn_second_factor_on()
    right = ada.authenticator(later_s=30)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    first = await challenge_of(ada)
    for _ in range(5):
        assert told(await finish(ada, first, wrong)) == (401, "invalid_code")
    assert told(await finish(ada, first, right)) == (401, "invalid_code")
    second = await challenge_of(ada)
    for _ in range(5):
        assert told(await finish(ada, second, wrong)) == (401, "invalid_code")
    third = await challenge_of(ada)
    assert told(await finish(ada, third, right)) == (429, "rate_limited")
    assert told(await ada.post("/v1/auth/step-up", {"code": right})) == (429, "rate_limited")
    api.resources.wall_clock.offset += timedelta(minutes=16)
    assert (await finish(ada, await challenge_of(ada), ada.authenticator())).status_code == 200


async def test_a_challenge_ends_after_ten_minutes(api: Api, ada: Somebody) -> None:
    await ada.join()
    await ada.turn_second_factor_on()
    challenge = await challenge_of(ada)
    api.resources.wall_clock.offset += timedelta(minutes=10)
    assert told(await finish(ada, challenge, ada.authenticator())) == (401, "invalid_code")


async def test_a_new_password_ends_log_ins_under_way(ada: Somebody) -> None:
    await ada.join()
    await ada.turn_second_factor_on()
    challenge = await challenge_of(ada)
    body = {"current_password": PASSWORD, "password": "a whole new password"}
    assert (await ada.post("/v1/auth/password/change", body)).status_code == 204
    assert told(await finish(ada, challenge, ada.authenticator(later_s=30))) == (401, "invalid_code")


async def test_turning_it_off_takes_a_fresh_second_factor(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    await ada.turn_second_factor_on()
    assert told(await ada.delete("/v1/auth/2fa")) == (403, "step_up_required")
    assert told(await ada.post("/v1/auth/2fa/recovery-codes")) == (403, "step_up_required")
    assert told(await ada.post("/v1/auth/step-up", {"password": PASSWORD})) == (422, "code_required")
    assert told(await ada.post("/v1/auth/step-up", {"code": "000000"})) == (422, "invalid_credentials")
    stepped_up = await ada.post("/v1/auth/step-up", {"password": PASSWORD, "code": ada.authenticator(later_s=30)})
    ada.access_token = stepped_up.json()["access_token"]
    assert (await ada.delete("/v1/auth/2fa")).status_code == 204
    assert told(await ada.delete("/v1/auth/2fa")) == (409, "two_factor_off")
    assert await inbox.expect(to=ada.email, text="is off", channel="mail")
    ada.keep(await ada.log_in())
    async with api.resources.database.transaction() as session:
        assert (await session.scalars(select(RecoveryCode.id))).all() == []


async def test_a_step_up_grows_old(api: Api, ada: Somebody) -> None:
    await ada.join()
    await ada.turn_second_factor_on()
    answer = await ada.post("/v1/auth/step-up", {"code": ada.authenticator(later_s=30)})
    ada.access_token = answer.json()["access_token"]
    api.resources.wall_clock.offset += timedelta(minutes=11)
    assert told(await ada.post("/v1/auth/2fa/recovery-codes")) == (403, "step_up_required")


async def test_new_recovery_codes_take_the_place_of_the_old(ada: Somebody) -> None:
    await ada.join()
    old = await ada.turn_second_factor_on()
    answer = await ada.post("/v1/auth/step-up", {"code": old[0]})
    ada.access_token = answer.json()["access_token"]
    new = (await ada.post("/v1/auth/2fa/recovery-codes")).json()["recovery_codes"]
    assert told(await finish(ada, await challenge_of(ada), old[1])) == (401, "invalid_code")
    assert (await finish(ada, await challenge_of(ada), new[0])).status_code == 200


async def test_matching_sees_a_walkers_second_factor(api: Api, ada: Somebody) -> None:
    await ada.join(role="walker")
    async with api.resources.database.transaction() as session:
        found = await people.by_email(session, ada.email)
        assert found is not None
        await walkers.ensure(session, found.id, api.clock.now())
    assert await is_on_for_matching(api) == [False]
    await ada.turn_second_factor_on()
    assert await is_on_for_matching(api) == [True]
    answer = await ada.post("/v1/auth/step-up", {"code": ada.authenticator(later_s=30)})
    ada.access_token = answer.json()["access_token"]
    await ada.delete("/v1/auth/2fa")
    assert await is_on_for_matching(api) == [False]


async def test_an_owner_becomes_no_walker_by_it(api: Api, ada: Somebody) -> None:
    await ada.join()
    await ada.turn_second_factor_on()
    assert await is_on_for_matching(api) == []


async def test_confirming_twice_at_once_gives_one_set_of_codes(api: Api, ada: Somebody) -> None:
    await ada.join()
    ada.totp_secret = (await ada.post("/v1/auth/2fa/enroll")).json()["secret"]
    body = {"code": ada.authenticator()}
    answers = await asyncio.gather(*(ada.post("/v1/auth/2fa/confirm", body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    async with api.resources.database.transaction() as session:
        assert len((await session.scalars(select(RecoveryCode.id))).all()) == 10


async def test_neither_secret_nor_codes_are_kept_in_clear(api: Api, ada: Somebody) -> None:
    await ada.join()
    codes = await ada.turn_second_factor_on()
    async with api.resources.database.transaction() as session:
        (factor,) = (await session.scalars(select(TwoFactor))).all()
        stored = (await session.scalars(select(RecoveryCode.code_hash))).all()
    assert ada.totp_secret.encode() not in factor.secret_sealed
    assert not {*codes, *(code.replace("-", "") for code in codes)} & set(stored)
