"""The migrations build the models' schema from nothing, on the embedded PostgreSQL."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from tests.support.database import dsn, named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DAYS_AHEAD = 14
PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'position'::regclass"
COLUMNS = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
CONSTRAINTS = """
SELECT conname FROM pg_constraint
WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND connamespace = 'public'::regnamespace AND conrelid <> 0
AND conrelid::regclass::text <> 'alembic_version' AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = conrelid)
"""


class Server:
    """Makes databases and drops them at the end."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._made: list[str] = []

    async def create(self, kind: str, *, like: str = "template1") -> str:
        name = f"{kind}_{uuid4().hex[:12]}"
        await _run(self._any, f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        self._made.append(name)
        return named(self._url, name)

    @property
    def _any(self) -> str:
        return named(self._url, "postgres")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for name in self._made:
            await _run(self._any, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
async def server(stack_environment: dict[str, str]) -> AsyncIterator[Server]:
    async with Server(stack_environment["DATABASE_URL"]) as server:
        yield server


@pytest.fixture
async def empty(server: Server) -> str:
    return await server.create("empty")


@pytest.fixture(scope="module")
async def migrated(stack_environment: dict[str, str], server: Server) -> str:
    """To be looked at; who changes it takes a copy."""
    url = await server.create("migrated")
    assert await _schema(stack_environment, url, "migrate") == (0, "")
    return url


async def _schema(environment: dict[str, str], url: str, command: str) -> tuple[int | None, str]:
    """`python -m dogwalk.db command`: its exit code, and why it failed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dogwalk.db", command),
        env={**environment, "DATABASE_URL": url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode() if process.returncode else ""


async def _run(url: str, statement: str) -> list[str]:
    connection = await asyncpg.connect(dsn(url))
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def test_the_models_ask_for_nothing_the_migrations_do_not_make(
    stack_environment: dict[str, str], migrated: str
) -> None:
    assert await _schema(stack_environment, migrated, "check") == (0, "")


async def test_a_table_that_drifted_is_noticed(
    stack_environment: dict[str, str], server: Server, migrated: str
) -> None:
    copy = await server.create("drifted", like=urlsplit(migrated).path.lstrip("/"))
    await _run(copy, "ALTER TABLE dog DROP COLUMN notes")
    code, why = await _schema(stack_environment, copy, "check")
    assert code != 0
    assert "notes" in why


async def test_an_empty_database_is_noticed(stack_environment: dict[str, str], empty: str) -> None:
    code, why = await _schema(stack_environment, empty, "check")
    assert code != 0
    assert "not up to date" in why


async def test_migrating_again_changes_nothing(stack_environment: dict[str, str], migrated: str) -> None:
    before = await _run(migrated, COLUMNS)
    assert await _schema(stack_environment, migrated, "migrate") == (0, "")
    assert sorted(await _run(migrated, COLUMNS)) == sorted(before)


async def test_partitions_for_positions_are_made_ahead(migrated: str) -> None:
    partitions = await _run(migrated, PARTITIONS)
    last = datetime.now(UTC).date() + timedelta(days=DAYS_AHEAD - 1)
    assert "position_default" in partitions
    assert any(f"{last:%Y}" in name and f"{last:%m}" in name and f"{last:%d}" in name for name in partitions)


async def test_every_constraint_has_a_name_of_ours(migrated: str) -> None:
    """A refusal is told apart by its constraint's name; PostgreSQL's own depends on what else is there."""
    names = await _run(migrated, CONSTRAINTS)
    assert [name for name in names if not name.startswith(("ck_", "fk_", "pk_", "uq_", "ex_"))] == []
