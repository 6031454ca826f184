"""B6, its memory: what a worker process holds for running bookings, above what it holds when it has none."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import psutil
from sqlalchemy import func, select

from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.adapters.temporal import connect
from dogwalk.db.models.booking import Booking
from tests.bench.figure import Figure
from tests.bench.processes import running
from tests.support.world import open_world

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from uuid import UUID

    from devstack.process import Child
    from tests.bench.place import Place
    from tests.support.people import Owner
    from tests.support.world import World

RUNNING = 1000  # what the target speaks of, and what a worker keeps (WORKER_MAX_CACHED_WORKFLOWS)
LIMIT_MIB = 150
MIB = 1024 * 1024
AT_ONCE = 8
WAITING = "matching"
SETTLES_S = 3.0
PATIENCE_S = 180.0


async def measure(place: Place) -> list[Figure]:
    """The bookings are asked for, paid by a hold, and wait for the answer of the one walker there is."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(place.environment, place.template, workers=False))
        world.running = await _on_the_wall_clock(world)
        bookings = await stack.enter_async_context(_workers(place, world, "booking"))
        await stack.enter_async_context(_workers(place, world, "payment"))
        owner, _ = await world.town.owner(), await world.town.walker()
        await _is_waiting(world, await _book(world, owner, 1))
        idle = await _settled(bookings)
        place.say(f"B6 {place.size.running:,} bookings")
        await _is_waiting(world, await _book(world, owner, place.size.running))
        grown_mib = (await _settled(bookings) - idle) / MIB
    return [_figure(place.size.running, idle / MIB, grown_mib)]


def _figure(count: int, idle_mib: float, grown_mib: float) -> Figure:
    per_thousand = grown_mib * RUNNING / count
    return Figure(
        number="B6",
        what=f"MiB for {RUNNING:,} running bookings",
        measured=f"{grown_mib:,.0f} for {count:,}, idle {idle_mib:,.0f}",
        figure=per_thousand,
        limit=LIMIT_MIB,
    )


def _workers(place: Place, world: World, area: str) -> AbstractAsyncContextManager[Child]:
    environment = {**place.environment, **world.environment, "WORKER_MAX_CACHED_WORKFLOWS": str(RUNNING)}
    return running(place, f"workers-{area}", "workers", "--area", area, environment=environment)


async def _on_the_wall_clock(world: World) -> BookingWorkflows:
    """Their days pass as days: through the world's own client they would be skipped."""
    settings = world.settings
    return BookingWorkflows(
        client=await connect(settings, keys=world.resources.workflow_keys, vault=world.resources.vault),
        task_queue_prefix=settings.task_queue_prefix,
        command_timeout_s=settings.command_timeout_s,
    )


async def _book(world: World, owner: Owner, count: int) -> list[UUID]:
    """`AT_ONCE` side by side, `count` in all."""
    left = iter(range(count))

    async def lane() -> list[UUID]:
        return [await world.book(owner, starts_in=timedelta(hours=30)) for _ in left]

    return [booking_id for booked in await asyncio.gather(*(lane() for _ in range(AT_ONCE))) for booking_id in booked]


async def _is_waiting(world: World, booking_ids: list[UUID]) -> None:
    """All of them: their workflows have done what there is to do."""
    statement = select(func.count()).select_from(Booking).where(Booking.id.in_(booking_ids), Booking.status == WAITING)

    async def waiting() -> bool:
        async with world.resources.database.transaction() as session:
            return int(await session.scalar(statement) or 0) == len(booking_ids)

    await world.eventually(waiting, timeout_s=PATIENCE_S)


async def _settled(process: Child) -> float:
    await asyncio.sleep(SETTLES_S)
    return float(psutil.Process(process.pid).memory_info().rss)
