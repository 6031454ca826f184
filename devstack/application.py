"""Dogwalk's own processes on a started stack: migrations and seed first, then workers and API side by side."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import httpx

from devstack.options import Kind
from devstack.parts import public_url
from devstack.paths import CHECKOUT
from devstack.process import Child, Command, StartFailed, side_by_side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from temporalio.client import Client

    from devstack.options import StackOptions
    from dogwalk.config import Settings

MIGRATE_TIMEOUT_S = 120.0
SEED_TIMEOUT_S = 60.0
START_TIMEOUT_S = 60.0
LOOKS_EVERY_S = 0.1
# A worker lets running activities end (WORKER_GRACEFUL_SHUTDOWN_S), so it gets a little longer than that.
WORKERS_GRACE_S = 25.0
API_GRACE_S = 10.0


class Application:
    """`environment` is the stack's; what the application adds to it stands in `settings`."""

    def __init__(self, *, options: StackOptions, environment: Mapping[str, str]) -> None:
        self._options = options
        self._outside = {**os.environ, **environment}
        self._children: dict[str, Child] = {}
        self.settings = {
            "PUBLIC_URL": public_url(options, self._outside),
            "WORKER_VERSIONING": self._outside.get("WORKER_VERSIONING", "true"),
            "LOG_FORMAT": self._outside.get("LOG_FORMAT", "console"),
        }

    @property
    def metrics_urls(self) -> dict[str, str]:
        return {name: f"http://127.0.0.1:{self._metrics_port(name)}/metrics" for name in ("api", "workers")}

    async def start(self) -> None:
        """Raises StartFailed; `stop` afterwards stops what had started."""
        await self._child("migrate", ["dogwalk.db", "migrate"]).finish(timeout_s=MIGRATE_TIMEOUT_S)
        workers = self._child("workers", ["workers"], metrics=True)
        api = self._child("api", self._api_arguments(), metrics=True)
        ready = api.wait_until(self._api_is_ready, timeout_s=START_TIMEOUT_S)
        await side_by_side(self._seed(), self._prepare_temporal(workers), ready)

    async def stop(self) -> None:
        """New requests end first, then the work they gave."""
        for name, grace_s in (("api", API_GRACE_S), ("workers", WORKERS_GRACE_S)):
            if child := self._children.get(name):
                await child.stop(grace_s=grace_s)
        for child in self._children.values():
            await child.stop()

    async def _seed(self) -> None:
        """Not for the demo, whose people come by themselves."""
        if self._options.kind is not Kind.UP:
            return
        await self._child("seed", ["devstack.seed"]).finish(timeout_s=SEED_TIMEOUT_S)

    async def _prepare_temporal(self, workers: Child) -> None:
        await self._send_work_to(workers)
        await _put_schedules({**self._outside, **self.settings})

    async def _send_work_to(self, workers: Child) -> None:
        """Waits for the workers' first poll; without this step a versioned worker gets no task."""
        if self.settings["WORKER_VERSIONING"].lower() not in {"1", "true"}:
            return
        current = asyncio.create_task(_set_current({**self._outside, **self.settings}))
        try:
            while not current.done():
                await asyncio.wait({current}, timeout=LOOKS_EVERY_S)
                if workers.has_ended():
                    raise StartFailed(f"the workers ended while starting\n{workers.log_tail()}")
            await current
        finally:
            current.cancel()

    async def _api_is_ready(self) -> bool:
        async with httpx.AsyncClient() as http:
            try:
                return (await http.get(f"{self._api_address}/readyz")).is_success
            except httpx.HTTPError:
                return False

    @property
    def _api_address(self) -> str:
        return f"http://127.0.0.1:{self._options.ports.port('api')}"

    def _api_arguments(self) -> list[str]:
        serve = ["api", "serve", "--port", str(self._options.ports.port("api"))]
        return [*serve, "--reload"] if self._options.kind is Kind.UP else serve

    def _metrics_port(self, name: str) -> int:
        return self._options.ports.port(f"{name}_metrics")

    def _child(self, name: str, module: list[str], *, metrics: bool = False) -> Child:
        environment = {**self._outside, **self.settings}
        if metrics:
            environment["METRICS_PORT"] = str(self._metrics_port(name))
        log = self._options.log_dir / f"{name}.log"
        argv = [sys.executable, "-m", *module]
        command = Command(name=name, argv=argv, log=log, cwd=CHECKOUT, environment=environment)
        self._children[name] = Child(command, run_dir=self._options.run_dir)
        return self._children[name]


async def _set_current(environment: Mapping[str, str]) -> None:
    from workers.server import set_current_version

    await set_current_version(*await _temporal(environment))


async def _put_schedules(environment: Mapping[str, str]) -> None:
    from workers.schedules import put_schedules

    await put_schedules(*await _temporal(environment))


async def _temporal(environment: Mapping[str, str]) -> tuple[Client, Settings]:
    """In this process: another Python with the SDK would take a second to start."""
    from temporalio.client import Client

    from dogwalk.config import Settings

    settings = Settings.model_validate({name.lower(): value for name, value in environment.items()})
    return await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace), settings
