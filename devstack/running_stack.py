"""What is known of a running stack outside the process that runs it: one private file, and who that process is."""

from __future__ import annotations

import contextlib
import fcntl
import json
from dataclasses import asdict, dataclass, field
from signal import SIGTERM
from typing import TYPE_CHECKING

import psutil

from devstack.development_secrets import write_private
from devstack.paths import private_dir
from devstack.records import records, remember, stop_leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devstack.options import StackOptions

# Workers may take 20 s for what they are doing, the services 10 s.
STOPS_WITHIN_S = 60.0


class AlreadyRunning(RuntimeError):
    """Another process runs this checkout's stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStack:
    """`environment` is what a program needs to join in; `addresses` (name → URL) are for people."""

    environment: dict[str, str] = field(repr=False)
    addresses: dict[str, str]


def publish(options: StackOptions, running: RunningStack) -> None:
    """Whole or not at all, readable by us only: it holds the stack's secrets."""
    making = options.state_dir / "running.json.new"
    write_private(making, json.dumps(asdict(running)))
    making.replace(_file(options))


def withdraw(options: StackOptions) -> None:
    _file(options).unlink(missing_ok=True)


def running_stack(options: StackOptions) -> RunningStack | None:
    """None unless all of it had started and its process lives."""
    if supervisor(options) is None:
        return None
    try:
        return RunningStack(**json.loads(_file(options).read_text()))
    except FileNotFoundError:
        return None


def supervisor(options: StackOptions) -> psutil.Process | None:
    return next((found for record in records(_own_dir(options)) if (found := record.process())), None)


@contextlib.contextmanager
def only_one(options: StackOptions) -> Iterator[None]:
    """While it lasts, nobody else runs this stack. Raises AlreadyRunning. The lock falls with the process, however it
    ends.
    """
    private_dir(options.state_dir)
    with (options.state_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"the stack in {options.state_dir} is running: `make status`, `make down`") from None
        withdraw(options)
        record = remember(_own_dir(options), name="supervisor", process=psutil.Process(), stop_signal=SIGTERM)
        try:
            yield
        finally:
            withdraw(options)
            record.unlink(missing_ok=True)


def bring_down(options: StackOptions) -> bool:
    """Asks the stack's process to stop everything, and clears up after one that was killed. False: nothing ran."""
    process = supervisor(options)
    if process is not None:
        process.send_signal(SIGTERM)
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(STOPS_WITHIN_S)
    return bool(stop_leftovers(options.run_dir)) or process is not None


def _own_dir(options: StackOptions) -> Path:
    """Apart from its children's records: at its start it stops what those name."""
    return options.state_dir / "supervisor"


def _file(options: StackOptions) -> Path:
    return options.state_dir / "running.json"
