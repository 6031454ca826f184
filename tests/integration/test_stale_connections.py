"""A connection that ended while nobody used it costs nobody a transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from dogwalk.db import engine as engines
from dogwalk.db.session import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncEngine

PID = text("SELECT pg_backend_pid()")


@pytest.fixture
async def engine(stack_environment: dict[str, str]) -> AsyncIterator[AsyncEngine]:
    engine = engines.create_engine(stack_environment["DATABASE_URL"], pool_size=1)
    yield engine
    await engine.dispose()


async def test_one_that_the_server_has_ended_is_replaced(
    engine: AsyncEngine, stack_environment: dict[str, str]
) -> None:
    database = Database(engine)
    before = await pid_of(database)
    await end(before, stack_environment)
    assert await pid_of(database) != before


async def test_one_that_lay_silent_is_asked_and_replaced_when_it_does_not_answer(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "ASKED_AFTER_S", 0.0)
    database = Database(engine)
    before = await pid_of(database)
    assert await pid_of(database) == before  # it answered
    monkeypatch.setattr(engine.dialect, "do_ping", lambda _connection: False)
    assert await pid_of(database) != before


async def test_the_one_in_use_is_kept(engine: AsyncEngine) -> None:
    database = Database(engine)
    assert len({await pid_of(database) for _ in range(5)}) == 1


async def pid_of(database: Database) -> int:
    async with database.transaction() as session:
        return int(await session.scalar(PID))


async def end(pid: int, environment: dict[str, str]) -> None:
    other = engines.create_engine(environment["DATABASE_URL"], pool_size=1)
    async with Database(other).transaction() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    await other.dispose()
    await asyncio.sleep(0.1)
