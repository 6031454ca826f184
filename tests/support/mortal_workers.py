"""Workers in a process of their own that kill themselves, as `kill -9` would, at one point of one activity.

Forked from a server that has imported everything, so that a restart costs milliseconds instead of seconds.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import uvloop
from temporalio.activity import info
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, _worker
from temporalio.worker import Interceptor as WorkerInterceptor

from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.adapters.temporal import connect
from dogwalk.bootstrap import Resources, open_resources
from dogwalk.config import Settings
from workers.__main__ import _work
from workers.registry import areas
from workflows import policies

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from multiprocessing.process import BaseProcess

_worker.load_default_build_id()  # the SDK's name for this code: hashed in the server and not in each that it forks, 0.4 s
NOTICED_AFTER = timedelta(seconds=5)
NAME_MAX = 100


T = TypeVar("T")


@dataclass(frozen=True)
class Death:
    """`moment`: `before` the activity's work, `after` it and before Temporal hears of it, or `sending`: after a message
    has gone out and before it is marked as sent, or `telling`: after the sweep has told a rung and before it is remembered.
    """

    activity: str
    moment: str

    def at(self, activity: str, moment: str) -> None:
        if (activity, moment) == (self.activity, self.moment):
            os.kill(os.getpid(), signal.SIGKILL)


class Next:
    """The death that comes next, which the test names while the workers run."""

    def __init__(self, named: Any) -> None:
        self._named = named

    def name(self, death: Death | None) -> None:
        self._named.value = f"{death.activity} {death.moment}".encode() if death else b""

    def __str__(self) -> str:
        return str(self._named.value, "ascii")

    def at(self, activity: str, moment: str) -> None:
        if self._named.value == f"{activity} {moment}".encode():
            os.kill(os.getpid(), signal.SIGKILL)


class Workers:
    """`start` forks them, `killed` waits for their end by their own hand, `stop` ends them in good order. They notice a
    dead one's activity `noticed_after` its begin.
    """

    def __init__(self, environment: dict[str, str], *, noticed_after: timedelta = NOTICED_AFTER) -> None:
        self._environment = environment
        self._noticed_after = noticed_after
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._process: BaseProcess | None = None
        self._next = Next(self._context.RawArray("c", NAME_MAX))

    def start(self, death: Death | Next | None = None) -> None:
        arguments = (self._environment, self._noticed_after, death or self._next)
        self._process = self._context.Process(target=_run, args=arguments, daemon=True)
        self._process.start()

    async def die_during(self, work: Coroutine[Any, Any, T], *deaths: Death) -> T:
        """One death after the other while `work` is done, each by the workers that came after the one before."""
        self._next.name(deaths[0])
        doing = asyncio.create_task(work)
        try:
            for following in (*deaths[1:], None):
                await self._killed_during(doing)
                self._next.name(following)
                self.start()
            return await doing
        finally:
            doing.cancel()

    async def _killed_during(self, doing: asyncio.Task[Any]) -> None:
        """Work that fails is not waited for."""
        dying = asyncio.create_task(self.killed())
        await asyncio.wait({doing, dying}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
        await dying

    async def killed(self, *, timeout_s: float = 60.0) -> None:
        assert self._process
        await asyncio.to_thread(self._process.join, timeout_s)
        assert self._process.exitcode == -signal.SIGKILL, f"not killed: {self._process.exitcode} {self._next}"

    async def stop(self) -> None:
        if self._process and self._process.is_alive():
            self._process.terminate()
            await asyncio.to_thread(self._process.join, 30)


def _run(environment: dict[str, str], noticed_after: timedelta, death: Death | Next) -> None:
    os.environ.update(environment)
    _notice_deaths(noticed_after)
    uvloop.run(_serve(Settings(), death))
    os._exit(0)


def _notice_deaths(after: timedelta) -> None:
    """The server learns of a dead worker by `start_to_close` alone. Nothing else is different from production."""
    for policy in (policies.DATABASE, policies.STRIPE, policies.HOLD, policies.OCCURRENCE):
        policy["start_to_close_timeout"] = after


async def _serve(settings: Settings, death: Death | Next) -> None:
    async with open_resources(settings) as resources:
        _die_while_sending(resources, death)
        _die_while_telling(death)
        client = await connect(
            settings, keys=resources.workflow_keys, vault=resources.vault, interceptors=[Mortal(death)]
        )
        await _work(resources, client, areas(resources, client))


def _die_while_sending(resources: Resources, death: Death | Next) -> None:
    carriers = resources.notifications._carriers
    send: Callable[..., Any] = carriers.send

    async def send_and_die(*arguments: Any, **named: Any) -> Any:
        sent = await send(*arguments, **named)
        death.at("notification.deliver", "sending")
        return sent

    object.__setattr__(carriers, "send", send_and_die)


def _die_while_telling(death: Death | Next) -> None:
    tell = BookingWorkflows.rung_reached

    async def tell_and_die(*arguments: Any) -> None:
        await tell(*arguments)
        death.at("fleet.sweep", "telling")

    BookingWorkflows.rung_reached = tell_and_die  # type: ignore[method-assign]


class Mortal(ClientInterceptor, WorkerInterceptor):
    def __init__(self, death: Death | Next) -> None:
        self._death = death

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 the SDK's own name
        return _MortalActivity(next, self._death)


class _MortalActivity(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, death: Death | Next) -> None:
        super().__init__(following)
        self._death = death

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 the SDK's own name
        self._death.at(info().activity_type, "before")
        result = await super().execute_activity(input)
        self._death.at(info().activity_type, "after")
        return result
