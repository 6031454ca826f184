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
from typing import TYPE_CHECKING, Any

from temporalio.activity import info
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, _worker
from temporalio.worker import Interceptor as WorkerInterceptor

from dogwalk.adapters.temporal import connect
from dogwalk.bootstrap import Resources, open_resources
from dogwalk.config import Settings
from workers.__main__ import _work
from workers.registry import areas
from workflows import policies

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

_worker.load_default_build_id()  # the SDK's name for this code: hashed in the server and not in each that it forks, 0.4 s
NOTICED_AFTER = timedelta(seconds=5)


@dataclass(frozen=True)
class Death:
    """`moment`: `before` the activity's work, `after` it and before Temporal hears of it, or `sending`: after a message
    has gone out and before it is marked as sent.
    """

    activity: str
    moment: str

    def at(self, activity: str, moment: str) -> None:
        if (activity, moment) == (self.activity, self.moment):
            os.kill(os.getpid(), signal.SIGKILL)


class Workers:
    """`start` forks them, `killed` waits for their end by their own hand, `stop` ends them in good order."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._process: BaseProcess | None = None

    def start(self, death: Death | None = None) -> None:
        self._process = self._context.Process(target=_run, args=(self._environment, death), daemon=True)
        self._process.start()

    async def killed(self, *, timeout_s: float = 60.0) -> None:
        assert self._process
        await asyncio.to_thread(self._process.join, timeout_s)
        assert self._process.exitcode == -signal.SIGKILL, f"not killed: {self._process.exitcode}"

    async def stop(self) -> None:
        if self._process and self._process.is_alive():
            self._process.terminate()
            await asyncio.to_thread(self._process.join, 30)


def _run(environment: dict[str, str], death: Death | None) -> None:
    os.environ.update(environment)
    _notice_deaths_soon()
    asyncio.run(_serve(Settings(), death))
    os._exit(0)


def _notice_deaths_soon() -> None:
    """The server learns of a dead worker by `start_to_close` alone. Nothing else is different from production."""
    for policy in (policies.DATABASE, policies.STRIPE, policies.HOLD, policies.OCCURRENCE):
        policy["start_to_close_timeout"] = NOTICED_AFTER


async def _serve(settings: Settings, death: Death | None) -> None:
    async with open_resources(settings) as resources:
        interceptors = [Mortal(death)] if death else []
        if death:
            _die_while_sending(resources, death)
        client = await connect(settings, keys=resources.workflow_keys, vault=resources.vault, interceptors=interceptors)
        await _work(resources, client, areas(resources, client))


def _die_while_sending(resources: Resources, death: Death) -> None:
    carriers = resources.notifications._carriers
    send: Callable[..., Any] = carriers.send

    async def send_and_die(*arguments: Any, **named: Any) -> Any:
        sent = await send(*arguments, **named)
        death.at("notification.deliver", "sending")
        return sent

    object.__setattr__(carriers, "send", send_and_die)


class Mortal(ClientInterceptor, WorkerInterceptor):
    def __init__(self, death: Death) -> None:
        self._death = death

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 the SDK's own name
        return _MortalActivity(next, self._death)


class _MortalActivity(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, death: Death) -> None:
        super().__init__(following)
        self._death = death

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 the SDK's own name
        self._death.at(info().activity_type, "before")
        result = await super().execute_activity(input)
        self._death.at(info().activity_type, "after")
        return result
