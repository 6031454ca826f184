"""Every error is one kind of answer, and none tells what it should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import text

from api.deps import Res, SupportOnly, WalkerOnly, public
from api.schemas.base import Schema
from dogwalk.domain.role import Role
from dogwalk.errors import CardDeclined, Conflict, InvalidInput, PaymentUnknown, TooManyRequests, Unavailable
from tests.support.api import Api, open_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from tests.support.database import Template

SECRET = "correct-horse-battery"


class Thing(Schema):
    name: str = Field(max_length=5)
    parts: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list, max_length=3)
    more: dict[str, str] = Field(default_factory=dict)


trial = APIRouter(tags=["trial"])
REFUSALS = {
    "conflict": Conflict("Taken", code="offer_taken", terms={"fee": 5}, code_of_mine="x"),
    "declined": CardDeclined("No", decline_code="insufficient_funds"),
    "unknown": PaymentUnknown(),
    "busy": TooManyRequests(retry_after_s=7),
    "away": Unavailable("No worker", code="command_pending"),
    "field": InvalidInput("Too soon", code="too_soon", pointer="/starts_at"),
}


@trial.post("/trial/things", dependencies=[public])
async def make_thing(body: Thing, many: Annotated[int, Query(le=3)] = 1) -> Thing:
    del many
    return body


@trial.get("/trial/refusals/{kind}", dependencies=[public])
async def refuse(kind: str) -> None:
    raise REFUSALS[kind]


@trial.get("/trial/bug", dependencies=[public])
async def bug() -> None:
    raise RuntimeError(SECRET)


@trial.get("/trial/deadlock", dependencies=[public])
async def deadlock(res: Res) -> None:
    async with res.database.transaction() as session:
        await session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$"))


@trial.get("/trial/things/{thing_id}", dependencies=[public])
async def get_thing(thing_id: UUID) -> None:
    raise AssertionError(f"never asked for {thing_id}")


@trial.get("/trial/walkers")
async def for_walkers(who: WalkerOnly) -> UUID:
    return who.person_id


@trial.get("/trial/support")
async def for_support(who: SupportOnly) -> UUID:
    return who.person_id


@pytest.fixture(scope="module")
async def api(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template, more=[trial], request_body_limit_bytes=1000) as opened:
        yield opened


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:dogwalk:problem:{code}"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["instance"] == f"urn:dogwalk:request:{body['request_id']}"
    assert body["title"]
    assert body["detail"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("conflict", 409, "offer_taken"),
        ("declined", 409, "card_declined"),
        ("unknown", 503, "payment_unknown"),
        ("busy", 429, "rate_limited"),
        ("away", 503, "command_pending"),
        ("field", 422, "too_soon"),
    ],
)
async def test_a_refusal_is_a_problem(api: Api, kind: str, status: int, code: str) -> None:
    assert_problem(await api.http.get(f"/trial/refusals/{kind}"), status, code)


async def test_a_refusal_carries_what_a_client_needs(api: Api) -> None:
    body = (await api.http.get("/trial/refusals/conflict")).json()
    assert body["terms"] == {"fee": 5}
    assert (await api.http.get("/trial/refusals/busy")).headers["retry-after"] == "7"
    assert int((await api.http.get("/trial/refusals/away")).headers["retry-after"]) > 0
    errors = (await api.http.get("/trial/refusals/field")).json()["errors"]
    assert errors == [{"pointer": "/starts_at", "code": "too_soon", "detail": "Too soon"}]


async def test_bad_fields_are_named_by_pointer_and_never_echoed(api: Api) -> None:
    answer = await api.http.post("/trial/things?many=9", json={"name": SECRET, "parts": [1, -1]})
    assert_problem(answer, 422, "invalid_input")
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/name", "/parts/1", "/query/many"}
    assert SECRET not in answer.text


async def test_a_path_with_a_slash_too_many_is_not_there(api: Api) -> None:
    caller = await api.caller()
    assert_problem(await api.http.get("/v1/dogs/", headers=caller.headers), 404, "not_found")
    assert_problem(await api.http.post("/v1/bookings/", headers=caller.headers), 404, "not_found")


@pytest.mark.parametrize(
    "body", [{"name": "a\x00b"}, {"name": "ok", "more": {"a": "\x00"}}, {"name": "ok", "more": {"\x00": "a"}}]
)
async def test_a_nul_is_refused(api: Api, body: dict[str, object]) -> None:
    answer = await api.http.post("/trial/things", json=body)
    assert_problem(answer, 422, "invalid_input")
    assert answer.json()["errors"][0]["code"] == "text_nul"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 900, b'"text"', b""])
async def test_a_body_that_is_no_json_object_of_ours_is_refused(api: Api, body: bytes) -> None:
    answer = await api.http.post("/trial/things", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "invalid_input")


async def test_what_is_not_there(api: Api) -> None:
    assert_problem(await api.http.get("/v1/nowhere"), 404, "not_found")
    assert_problem(await api.http.get("/trial/things/not-a-uuid"), 422, "invalid_input")
    wrong_method = await api.http.delete("/healthz")
    assert_problem(wrong_method, 405, "method_not_allowed")
    assert wrong_method.headers["allow"] == "GET"


async def test_a_body_too_large_is_refused_also_without_a_length(api: Api) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    assert_problem(await api.http.post("/trial/things", content=b" " * 1001), 413, "payload_too_large")
    assert_problem(await api.http.post("/trial/things", content=chunks()), 413, "payload_too_large")


async def test_a_bug_says_nothing_of_itself(api: Api) -> None:
    answer = await api.http.get("/trial/bug")
    assert_problem(answer, 500, "internal")
    assert SECRET not in answer.text


async def test_postgres_away_is_503(stack_environment: dict[str, str], template: Template) -> None:
    async with open_api(
        stack_environment, template, database_url="postgresql+asyncpg://dogwalk@127.0.0.1:1/dogwalk"
    ) as api:
        caller = api.signed_in(uuid4(), Role.OWNER)
        answer = await api.http.get("/v1/notifications", headers=caller.headers)
    assert_problem(answer, 503, "unavailable")


async def test_a_deadlock_nobody_retried_is_503(api: Api) -> None:
    assert_problem(await api.http.get("/trial/deadlock"), 503, "unavailable")


async def test_who_may_call(api: Api) -> None:
    nobody = await api.http.get("/trial/walkers")
    assert_problem(nobody, 401, "unauthenticated")
    assert nobody.headers["www-authenticate"] == "Bearer"
    garbage = {"Authorization": "Bearer a.b.c"}
    assert_problem(await api.http.get("/trial/walkers", headers=garbage), 401, "token_invalid")
    owner, walker = await api.caller(Role.OWNER), await api.caller(Role.WALKER)
    assert_problem(await api.http.get("/trial/walkers", headers=owner.headers), 403, "wrong_role")
    assert (await api.http.get("/trial/walkers", headers=walker.headers)).json() == str(walker.person_id)
    admin = await api.caller(Role.ADMIN)
    assert (await api.http.get("/trial/support", headers=admin.headers)).status_code == 200


async def test_a_session_that_was_ended_is_out_at_once(api: Api) -> None:
    caller = await api.caller(Role.WALKER)
    await api.resources.revoked_sessions.add([caller.session_id])
    assert_problem(await api.http.get("/trial/walkers", headers=caller.headers), 401, "session_revoked")
    other = api.signed_in(caller.person_id, Role.WALKER)
    assert (await api.http.get("/trial/walkers", headers=other.headers)).status_code == 200


async def test_a_request_keeps_the_name_it_was_given_if_it_is_a_sane_one(api: Api) -> None:
    named = await api.http.get("/healthz", headers={"X-Request-Id": "phone-0193f6c2"})
    forged = await api.http.get("/healthz", headers={"X-Request-Id": 'x" injected=1'})
    assert named.headers["x-request-id"] == "phone-0193f6c2"
    assert "injected" not in forged.headers["x-request-id"]


async def test_answers_are_not_stored_and_not_framed(api: Api) -> None:
    caller = await api.caller()
    answer = await api.http.get("/v1/notifications", headers=caller.headers)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
