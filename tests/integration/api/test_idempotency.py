"""The same request twice is done once, over HTTP and on real rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select

from api.deps import SignedIn
from api.idempotency import Once
from api.schemas.base import Schema
from dogwalk.db.models.person import IdempotencyRecord
from dogwalk.errors import Conflict, Unavailable
from dogwalk.services.idempotency import KEPT, LOCKED, Idempotency
from tests.support.api import Api, open_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from tests.support.api import Caller
    from tests.support.database import Template

CANARY = "seti_123_secret_canary"


@dataclass
class Works:
    """What the test's routes did."""

    made: list[UUID] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    hangs: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)


class ThingCreate(Schema):
    name: str = Field(max_length=20)
    size: int = Field(default=1, ge=0, le=9)


class ThingRead(Schema):
    id: UUID
    name: str
    nth_try: int
    client_secret: str = CANARY


works = Works()
trial = APIRouter(tags=["trial"])


@trial.post("/trial/things", status_code=202)
async def make_thing(body: ThingCreate, who: SignedIn, once: Once) -> ThingRead:
    del who

    async def work(thing_id: UUID) -> ThingRead:
        works.made.append(thing_id)
        works.begun.set()
        nth_try = len(works.made)
        if works.hangs is not None:
            await works.hangs.wait()
        if works.fails:
            raise works.fails.pop()
        return ThingRead(id=thing_id, name=body.name, nth_try=nth_try)

    return await once.create(work)


@trial.post("/trial/things/{thing_id}/command", status_code=204)
async def command_thing(thing_id: UUID, who: SignedIn, once: Once) -> None:
    del who, thing_id

    async def work() -> None:
        works.commands.append(once.fingerprint)
        if works.fails:
            raise works.fails.pop()

    await once.run(work)
    return await once.run(work)


@pytest.fixture(scope="module")
async def api(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template, more=[trial]) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    works.__init__()  # type: ignore[misc] # one object that the routes hold, as new


async def make(api: Api, who: Caller, key: str | None, body: dict[str, Any] | None = None) -> httpx.Response:
    headers = who.headers if key is None else {**who.headers, "Idempotency-Key": key}
    return await api.http.post("/trial/things", json=body or {"name": "lead"}, headers=headers)


async def test_the_first_answer_is_given_again(api: Api) -> None:
    who, key = await api.caller(), str(uuid4())
    first, again = await make(api, who, key), await make(api, who, key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert [str(one) for one in works.made] == [first.json()["id"]]


async def test_another_body_under_the_same_key_is_refused(api: Api) -> None:
    who, key = await api.caller(), str(uuid4())
    await make(api, who, key, {"name": "lead", "size": 2})
    reordered = await make(api, who, key, {"size": 2, "name": "lead"})
    other = await make(api, who, key, {"name": "lead", "size": 3})
    assert reordered.status_code == 202
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(works.made) == 1


@pytest.mark.parametrize("key", [None, "", "x" * 65, "tab\tkey", "cl\u00e9".encode("latin-1").decode("latin-1")])
async def test_a_key_is_asked_for(api: Api, key: str | None) -> None:
    headers: list[tuple[bytes, bytes]] = [(b"Authorization", f"Bearer {(await api.caller()).token}".encode())]
    if key is not None:
        headers.append((b"Idempotency-Key", key.encode("latin-1")))
    answer = await api.http.post("/trial/things", json={"name": "lead"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    assert not works.made


async def test_two_people_may_use_one_key(api: Api) -> None:
    ada, grace, key = await api.caller(), await api.caller(), str(uuid4())
    hers, theirs = await make(api, ada, key), await make(api, grace, key)
    assert hers.json()["id"] != theirs.json()["id"]
    assert len(works.made) == 2


async def test_one_key_for_two_commands_runs_both(api: Api) -> None:
    who, key = await api.caller(), str(uuid4())
    headers = {**who.headers, "Idempotency-Key": key}
    first, second = uuid4(), uuid4()
    for thing_id in (first, second, str(first).upper(), first.hex):
        answer = await api.http.post(f"/trial/things/{thing_id}/command", headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
    assert len(works.commands) == len(set(works.commands)) == 2


async def test_a_command_reads_no_body_and_stumbles_over_none(api: Api) -> None:
    who = await api.caller()
    headers = {**who.headers, "Idempotency-Key": str(uuid4())}
    answer = await api.http.post(f"/trial/things/{uuid4()}/command", content=b"[" * 100_000, headers=headers)
    assert answer.status_code == 204


async def test_of_ten_at_once_one_does_the_work(api: Api) -> None:
    who, key, works.hangs = await api.caller(), str(uuid4()), asyncio.Event()
    sent = [asyncio.create_task(make(api, who, key)) for _ in range(10)]
    async with asyncio.timeout(5):
        refused = [await one for _, one in zip(range(9), asyncio.as_completed(sent), strict=False)]
        works.hangs.set()
        answers = await asyncio.gather(*sent)
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(409, "idempotency_in_flight")}
    assert sorted(one.status_code for one in answers) == [202, *[409] * 9]
    assert len(works.made) == 1


@pytest.mark.parametrize(
    ("error", "status"), [(Unavailable("No worker"), 503), (Conflict("No"), 409), (KeyError(), 500)]
)
async def test_after_an_error_the_next_try_goes_on_under_the_same_id(api: Api, error: Exception, status: int) -> None:
    who, key = await api.caller(), str(uuid4())
    works.fails.append(error)
    failed, again = await make(api, who, key), await make(api, who, key)
    assert (failed.status_code, again.status_code) == (status, 202)
    assert len(works.made) == 2
    assert len(set(works.made)) == 1


async def test_a_reservation_whose_process_died_is_taken_over(api: Api) -> None:
    who, key, works.hangs = await api.caller(), str(uuid4()), asyncio.Event()
    dying = asyncio.create_task(make(api, who, key))
    await asyncio.wait_for(works.begun.wait(), timeout=5)
    dying.cancel()
    await asyncio.wait([dying])
    works.hangs = None
    at_once = await make(api, who, key)
    assert at_once.json()["code"] == "idempotency_in_flight"
    api.clock.offset += LOCKED
    later = await make(api, who, key)
    assert (later.status_code, set(works.made)) == (202, {UUID(later.json()["id"])})


async def test_a_late_finish_does_not_replace_the_answer_of_who_took_over(api: Api) -> None:
    who, key, works.hangs = await api.caller(), str(uuid4()), asyncio.Event()
    slow, hanging = asyncio.create_task(make(api, who, key)), works.hangs
    await asyncio.wait_for(works.begun.wait(), timeout=5)
    works.hangs = None
    api.clock.offset += LOCKED
    quick = await make(api, who, key)
    hanging.set()
    late = await slow
    replayed = await make(api, who, key)
    assert (late.json()["nth_try"], quick.json()["nth_try"], replayed.json()["nth_try"]) == (1, 2, 2)


async def test_a_key_may_be_used_anew_after_seven_days(api: Api) -> None:
    who, key = await api.caller(), str(uuid4())
    first = await make(api, who, key)
    api.clock.offset += KEPT + timedelta(seconds=1)
    second = await make(api, who, key, {"name": "collar"})
    assert second.status_code == 202
    assert second.json()["id"] != first.json()["id"]


async def test_a_command_under_a_key_of_long_ago_is_another_command(api: Api) -> None:
    """A plan's workflow lives longer than a key: Temporal would answer with what the first command was answered."""
    who, path = await api.caller(), f"/trial/things/{uuid4()}/command"
    headers = {**who.headers, "Idempotency-Key": "skip-monday"}
    await api.http.post(path, headers=headers)
    api.clock.offset += KEPT + timedelta(seconds=1)
    works.fails = [Unavailable()]
    for status in (503, 204):
        assert (await api.http.post(path, headers=headers)).status_code == status
    first, *again = works.commands
    assert again == [again[0], again[0]]
    assert first != again[0]


async def test_old_keys_are_forgotten(api: Api) -> None:
    who = await api.caller()
    await make(api, who, "old")
    api.clock.offset += KEPT + timedelta(seconds=1)
    await make(api, who, "new")
    idempotency = Idempotency(database=api.resources.database, vault=api.resources.vault)
    assert await idempotency.forget_old(at=api.clock.now()) > 0
    assert [row.key for row in await rows_of(api, who)] == ["new"]


async def test_a_kept_answer_is_sealed(api: Api) -> None:
    who = await api.caller()
    answer = await make(api, who, "sealed")
    assert CANARY in answer.text
    (row,) = await rows_of(api, who)
    assert CANARY not in str(row.response)
    assert (await make(api, who, "sealed")).json()["client_secret"] == CANARY


async def rows_of(api: Api, who: Caller) -> list[IdempotencyRecord]:
    statement = select(IdempotencyRecord).where(IdempotencyRecord.principal == str(who.person_id))
    async with api.resources.database.transaction() as session:
        return list(await session.scalars(statement))
