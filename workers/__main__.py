"""`python -m workers [--area booking …]`: polls the task queues until it is told to stop, then lets go in good order.
`python -m workers set-current`: sends new work to this build, and puts the schedules in place.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
import uvloop
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from dogwalk.adapters.temporal import connect
from dogwalk.bootstrap import open_resources
from dogwalk.config import Settings
from dogwalk.contracts.queues import AREAS
from dogwalk.telemetry import configure_logging
from workers.registry import areas
from workers.relay import Relay
from workers.schedules import put_schedules
from workers.server import assert_search_attributes, set_current_version
from workers.tuning import one_thread_for_the_sdk, worker_for

if TYPE_CHECKING:
    from temporalio.client import Client

    from dogwalk.bootstrap import Resources
    from workers.registry import Area

log = structlog.get_logger(__name__)
app = typer.Typer(help="Dogwalk's workers.", invoke_without_command=True)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    area: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(AREAS)}")] = None,
) -> None:
    """Poll the task queues."""
    if context.invoked_subcommand is None:
        settings = Settings()
        configure_logging(settings, process="workers")
        one_thread_for_the_sdk()
        uvloop.run(_run(settings, area or list(AREAS)))  # the loop of the API too: threads wake each other sooner
        sys.stdout.flush()
        os._exit(0)  # the SDK now and then aborts while the interpreter finalises, after all work is done


@app.command("set-current")
def set_current() -> None:
    """Make this build the one that gets new work, and put the schedules in place."""
    asyncio.run(_set_current(Settings()))


@app.command("schedules")
def put_schedules_alone() -> None:
    """Make the schedules, or bring them to what this build says."""
    asyncio.run(_put_schedules(Settings()))


async def _run(settings: Settings, names: list[str]) -> None:
    async with open_resources(settings) as resources:
        client = await connect(
            settings, keys=resources.workflow_keys, vault=resources.vault, runtime=_runtime(settings)
        )
        await assert_search_attributes(client)
        chosen = [area for area in areas(resources, client) if area.name in names]
        _tell(settings, chosen)
        await _work(resources, client, chosen)


async def _work(resources: Resources, client: Client, chosen: list[Area]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        for area in chosen:
            await stack.enter_async_context(worker_for(client, resources.settings, area))
        await stack.enter_async_context(Relay(resources=resources, client=client))
        await stop.wait()
        log.info("stopping", then="running activities may finish")


async def _set_current(settings: Settings) -> None:
    async with open_resources(settings) as resources:
        client = await connect(settings, keys=resources.workflow_keys, vault=resources.vault)
        await set_current_version(client, settings)
    print(f"{settings.worker_deployment}/{settings.build_id} gets new work", flush=True)
    await _put_schedules(settings)


async def _put_schedules(settings: Settings) -> None:
    async with open_resources(settings) as resources:
        names = await put_schedules(
            await connect(settings, keys=resources.workflow_keys, vault=resources.vault), settings
        )
    print(f"schedules: {', '.join(names)}", flush=True)


def _runtime(settings: Settings) -> Runtime | None:
    if not settings.metrics_port:
        return None
    metrics = PrometheusConfig(
        bind_address=f"{settings.metrics_host}:{settings.metrics_port}", counters_total_suffix=True
    )
    return Runtime(telemetry=TelemetryConfig(metrics=metrics), worker_heartbeat_interval=timedelta(seconds=60))


def _tell(settings: Settings, chosen: list[Area]) -> None:
    log.info("workers", build=f"{settings.worker_deployment}/{settings.build_id}", temporal=settings.temporal_address)
    for area in chosen:
        names = [str(getattr(activity, "__temporal_activity_definition").name) for activity in area.activities]
        workflows = [workflow.__name__ for workflow in area.workflows]
        log.info("polling", queue=f"{settings.task_queue_prefix}{area.name}", workflows=workflows, activities=names)


if __name__ == "__main__":
    app()
