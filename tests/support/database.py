"""A database for each test, cloned from a migrated template: real constraints, nothing shared, ~50 ms."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg


def named(url: str, database: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{database}"))


def dsn(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


@dataclass
class Template:
    """Made once a process by the migrations themselves."""

    url: str
    name: str = field(default_factory=lambda: f"template_{uuid4().hex[:12]}")

    async def make(self, environment: dict[str, str]) -> Self:
        await self._run(f'CREATE DATABASE "{self.name}"')
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "dogwalk.db", "migrate"],
            env={**environment, "DATABASE_URL": named(self.url, self.name)},
            check=True,
            capture_output=True,
        )
        return self

    async def clone(self) -> str:
        """The new database's URL."""
        name = f"t_{uuid4().hex[:16]}"
        await self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}" STRATEGY file_copy')
        return named(self.url, name)

    async def drop(self, url: str) -> None:
        name = urlsplit(url).path.lstrip("/")
        await self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(dsn(named(self.url, "postgres")))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
