"""Child processes that never outlive us, and a record of each for the next start in case we were killed.

A child gets a session of its own, so that Ctrl-C reaches us alone and we stop everything in order. On Linux the kernel
sends the child its stop signal when the thread that started it ends: start children from the main thread only.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import psutil

from devstack.records import forget, remember

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")

PR_SET_PDEATHSIG = 1
POLL_S = 0.01
LOG_TAIL_LINES = 15
_LIBC = ctypes.CDLL(None)


class StartFailed(RuntimeError):
    """A part did not come up. Carries the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`user` is the id of a system user to run as (only root may); the log is appended to."""

    name: str
    argv: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] | None = None
    cwd: Path | None = None
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM


class Child:
    """One running process, its group, and its record in `run_dir`."""

    def __init__(self, command: Command, *, run_dir: Path) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("children start from the main thread, whose end they follow")
        self.command = command
        self._popen = _spawn(command)
        self._process = psutil.Process(self._popen.pid)
        self._record = remember(run_dir, name=command.name, process=self._process, stop_signal=command.stop_signal)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def has_ended(self) -> bool:
        """Does not reap: until `stop` does, the kernel gives this process and group id to nobody else."""
        return self._popen.returncode is not None or not is_alive(self._process)

    async def wait_until(self, is_ready: Callable[[], Awaitable[bool]], *, timeout_s: float) -> None:
        """Asks until yes. Raises StartFailed when the process has ended or the time is up."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not await is_ready():
            if self.has_ended():
                raise StartFailed(f"{self.command.name} ended while starting\n{self.log_tail()}")
            if asyncio.get_running_loop().time() > deadline:
                raise StartFailed(f"{self.command.name} was not ready after {timeout_s} s\n{self.log_tail()}")
            await asyncio.sleep(POLL_S)

    async def finish(self, *, timeout_s: float) -> None:
        """For one that ends by itself. Raises StartFailed when it failed or the time is up."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self.has_ended():  # noqa: ASYNC110 a process has no event
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            await self.stop()
            raise StartFailed(f"{self.command.name} did not end within {timeout_s} s\n{self.log_tail()}") from None
        forget(self._record)
        if self._popen.wait() != 0:
            raise StartFailed(f"{self.command.name} failed with {self._popen.returncode}\n{self.log_tail()}")

    async def stop(self, *, grace_s: float = 10.0) -> None:
        """The stop signal, then SIGKILL to what is left of the group. Safe to call twice."""
        if self._popen.returncode is not None:
            return
        if not self.has_ended():
            self._popen.send_signal(self.command.stop_signal)
        await self._wait_for_end(grace_s)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        forget(self._record)

    async def _wait_for_end(self, grace_s: float) -> None:
        deadline = asyncio.get_running_loop().time() + grace_s
        while not self.has_ended() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 a process has no event
            await asyncio.sleep(POLL_S)

    def log_tail(self) -> str:
        lines = self.command.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])


async def side_by_side(*work: Coroutine[Any, Any, T]) -> list[T]:
    """The answers in order. The first failure gives up on the others and is raised itself, not a group of it."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except* StartFailed as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


def is_alive(process: psutil.Process) -> bool:
    """Running, the same one as when it was looked up, and not just a zombie."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _spawn(command: Command) -> subprocess.Popen[bytes]:
    command.log.parent.mkdir(parents=True, exist_ok=True)
    with command.log.open("ab") as log:
        return subprocess.Popen(
            [str(part) for part in command.argv],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=None if command.environment is None else dict(command.environment),
            cwd=command.cwd,
            user=command.user,
            group=command.user if command.user is None else _group_of(command.user),
            extra_groups=None if command.user is None else [],
            start_new_session=True,
            preexec_fn=die_with_parent(command.stop_signal),  # noqa: PLW1509 one prctl, no locks
        )


def _group_of(user: int) -> int:
    import pwd

    return pwd.getpwuid(user).pw_gid


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """After the change of user, which would clear it; a parent gone before the call is noticed, too."""
    if not sys.platform.startswith("linux"):
        return None
    parent = os.getpid()

    def preexec() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), stop_signal)

    return preexec
