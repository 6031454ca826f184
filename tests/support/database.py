"""A database for each test, cloned from a migrated template: real constraints, nothing shared, ~50 ms."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def named(url: str, database: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{database}"))


def dsn(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


@dataclass
class Template:
    """Made by the migrations themselves, by the first process that asks for this `name`."""

    url: str
    name: str = field(default_factory=lambda: f"template_{uuid4().hex[:12]}")

    async def make(self, environment: dict[str, str]) -> Self:
        async with self._server() as connection:
            await connection.execute("SELECT pg_advisory_lock(hashtext($1))", self.name)  # until we leave
            if not await connection.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", self.name):
                await connection.execute(f'DROP DATABASE IF EXISTS "{self.name}"')
                await connection.execute(f'CREATE DATABASE "{self.name}"')
                await asyncio.to_thread(self._migrate, environment)
                await connection.execute(f'ALTER DATABASE "{self.name}" IS_TEMPLATE true')
        return self

    async def clone(self) -> str:
        """The new database's URL."""
        name = f"t_{uuid4().hex[:16]}"
        await self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}" STRATEGY file_copy')
        return named(self.url, name)

    async def drop(self, url: str) -> None:
        name = urlsplit(url).path.lstrip("/")
        await self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _migrate(self, environment: dict[str, str]) -> None:
        subprocess.run(
            [sys.executable, "-m", "dogwalk.db", "migrate"],
            env={**environment, "DATABASE_URL": named(self.url, self.name)},
            check=True,
            capture_output=True,
        )

    async def _run(self, statement: str) -> None:
        async with self._server() as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def _server(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(dsn(named(self.url, "postgres")))
        try:
            yield connection
        finally:
            await connection.close()
