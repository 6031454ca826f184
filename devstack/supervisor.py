"""Runs the whole stack until it is told to stop: services and stand-ins, then Dogwalk's own processes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, TypeVar

from devstack.application import Application
from devstack.records import records
from devstack.running_stack import RunningStack, only_one, publish, withdraw
from devstack.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any

    from devstack.options import StackOptions

T = TypeVar("T")

LOOKS_EVERY_S = 1.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A part → what a person would open, in the order of the table.
SHOWN: Mapping[str, str] = {
    "Inbox (push, mail, SMS)": "INBOX_URL",
    "Temporal UI": "TEMPORAL_UI_URL",
    "Temporal, for its command line": "TEMPORAL_ADDRESS",
    "Stripe stand-in": "STRIPE_API_BASE",
}


class Supervisor:
    """`tell` gets a line a step. SIGINT, SIGTERM or SIGHUP stop everything, at any time."""

    def __init__(self, *, options: StackOptions, outside: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self._options = options
        self._stack = Stack(options=options, outside=outside)
        self._tell = tell
        self._stop = asyncio.Event()
        self._application: Application | None = None

    async def run(self, *, is_up: Callable[[RunningStack], None]) -> None:
        """Raises StartFailed or AlreadyRunning. `is_up` is called once, when all of it serves."""
        for number in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        with only_one(self._options):
            try:
                await self._until_told_to_stop(self._start_and_watch(is_up))
            finally:
                await self._stop_all()

    async def _start_and_watch(self, is_up: Callable[[RunningStack], None]) -> None:
        self._tell("starting PostgreSQL, Valkey, Temporal and the stand-ins")
        environment = await self._stack.start()
        self._tell("migrating and seeding, starting workers and API")
        self._application = Application(options=self._options, environment=environment)
        await self._application.start()
        running = _described(environment, self._application)
        publish(self._options, running)
        is_up(running)
        await self._watch()

    async def _watch(self) -> None:
        """Says which process ended by itself. The others go on: its log is worth more than a clean table."""
        told: set[str] = set()
        while True:
            for record in records(self._options.run_dir):
                if record.name not in told and record.process() is None:
                    told.add(record.name)
                    self._tell(f"{record.name} has ended: see {self._options.log_dir / record.name}.log")
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _until_told_to_stop(self, work: Coroutine[Any, Any, None]) -> None:
        working, told = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if working.done():
            return working.result()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        return None

    async def _stop_all(self) -> None:
        self._tell("stopping everything")
        withdraw(self._options)
        if self._application:
            await self._application.stop()
        await self._stack.stop()


def _described(environment: Mapping[str, str], application: Application) -> RunningStack:
    public_url = application.settings["PUBLIC_URL"]
    addresses = {"API docs": f"{public_url}/api-docs", "API": public_url}
    addresses |= {name: environment[setting] for name, setting in SHOWN.items() if setting in environment}
    addresses |= {f"Metrics of {name}": url for name, url in application.metrics_urls.items()}
    return RunningStack(environment={**environment, **application.settings}, addresses=addresses)
