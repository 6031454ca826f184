"""Limits shared through Redis, said in headers, open while Redis is away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from fastapi import APIRouter

from api.deps import SignedIn, public
from api.rate_limit import AUTH, READ
from dogwalk.adapters.rate_limits import RateLimit, RateLimiter
from dogwalk.domain.role import Role
from tests.support.api import Api, open_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Template

trial, trial_auth = APIRouter(tags=["trial"]), APIRouter(tags=["auth"])
SMALL = RateLimit(name="small", quota=3, window_s=1)


@trial.get("/trial/mine")
async def mine(who: SignedIn) -> str:
    return str(who.person_id)


@trial_auth.post("/trial/log-in", dependencies=[public])
async def log_in() -> None: ...


@pytest.fixture(scope="module")
async def api(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template, more=[trial, trial_auth], rate_limits=True) as opened:
        yield opened


async def test_an_answer_says_what_is_left(api: Api) -> None:
    who = await api.caller()
    first = await api.http.get("/trial/mine", headers=who.headers)
    second = await api.http.get("/trial/mine", headers=who.headers)
    assert first.headers["ratelimit-policy"] == f'"read";q={READ.quota};w={READ.window_s}'
    assert first.headers["ratelimit"].startswith(f'"read";r={READ.quota - 1};t=')
    assert second.headers["ratelimit"].startswith(f'"read";r={READ.quota - 2};t=')
    other = await api.http.get("/trial/mine", headers=(await api.caller(Role.WALKER)).headers)
    assert other.headers["ratelimit"].startswith(f'"read";r={READ.quota - 1};t=')


async def test_past_the_limit_is_429_until_the_window_ends(api: Api) -> None:
    answers = [await api.http.post("/trial/log-in") for _ in range(AUTH.quota + 1)]
    refused = answers[-1]
    assert {one.status_code for one in answers[:-1]} == {200}
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= AUTH.window_s
    assert refused.headers["ratelimit"].startswith('"auth";r=0;t=')


async def test_health_is_never_limited(api: Api) -> None:
    assert "ratelimit" not in (await api.http.get("/healthz")).headers


async def test_processes_count_together_and_windows_end(api: Api) -> None:
    two = [RateLimiter(client=api.resources.redis, prefix=api.settings.redis_prefix) for _ in range(2)]
    verdicts = [await two[number % 2].count(SMALL, "ada") for number in range(4)]
    assert [one.is_over for one in verdicts if one] == [False, False, False, True]
    await asyncio.sleep(1.05)
    again = await two[0].count(SMALL, "ada")
    assert again is not None
    assert (again.is_over, again.remaining) == (False, 2)


async def test_redis_away_limits_nobody(stack_environment: dict[str, str], template: Template) -> None:
    async with open_api(
        stack_environment, template, more=[trial], rate_limits=True, redis_url="redis://127.0.0.1:1/0"
    ) as api:
        answer = await api.http.get("/trial/mine", headers=(await api.caller()).headers)
    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers


async def test_an_ended_session_is_out_and_spends_nobodys_calls(api: Api) -> None:
    ended = await api.caller()
    going = api.signed_in(ended.person_id, Role.OWNER)
    await api.resources.revoked_sessions.add([ended.session_id])
    refused = [await api.http.get("/trial/mine", headers=ended.headers) for _ in range(3)]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(401, "session_revoked")}
    answer = await api.http.get("/trial/mine", headers=going.headers)
    assert answer.headers["ratelimit"].startswith(f'"read";r={READ.quota - 1};t=')
