"""The workflow cancelled by hand at each of its awaits: before the walk a free cancellation, later a request for a person;
the money is balanced each time.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from dogwalk.errors import DogwalkError
from tests.support.cancelling import CancelDuring, has_heard
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.database import Template

AT_ONCE = 6
FREE, WALKED = ("cancelled_by_support", "released"), ("completed", "captured")
# While an activity runs: what it began is in the world, and the workflow has not heard of it.
DURING = {
    ("payment.authorize", 1): FREE,
    ("matching.open_wave", 1): FREE,
    ("assignment.claim", 1): FREE,
    ("walk.advance", 1): FREE,
    ("walk.advance", 2): FREE,
    ("walk.advance", 3): WALKED,
    ("walk.finish", 1): WALKED,
    ("payment.collect", 1): WALKED,
    ("payment.settle", 1): WALKED,
}
LAST = ("payment.settle", 1)  # a life that is cancelled there has been through all the others
# Between the commands: while it waits for an offer's answer, a walker's button, the end, the day of the pay-out.
STEPS = ("matching", "accept", "on_the_way", "arrive", "start", "finish")
AFTER = {
    "matching": FREE,
    "accept": FREE,
    "on_the_way": FREE,
    "arrive": FREE,
    "start": WALKED,
    "finish": WALKED,
}


async def test_cancelled_while_an_activity_runs(stack_environment: dict[str, str], template: Template) -> None:
    """At every one of a whole walk: an activity that joins it must stand in the list."""
    turn = asyncio.Semaphore(AT_ONCE)
    watched = {point: CancelDuring(activity=point[0], nth=point[1]) for point in DURING}

    async def outcome(during: CancelDuring) -> tuple[str | None, str]:
        async with turn, open_world(stack_environment, template, interceptors=[during]) as world:
            return await _live(world, during=during)

    found = await asyncio.gather(*map(outcome, watched.values()))
    assert dict(zip(DURING, found, strict=True)) == DURING
    assert set(watched[LAST].seen) == set(DURING)


async def test_cancelled_while_it_waits(stack_environment: dict[str, str], template: Template) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def outcome(after: str) -> tuple[str | None, str]:
        async with turn, open_world(stack_environment, template) as world:
            return await _live(world, after=after)

    assert tuple(AFTER) == STEPS
    found = await asyncio.gather(*map(outcome, AFTER))
    assert dict(zip(AFTER, found, strict=True)) == AFTER


async def _live(
    world: World, *, during: CancelDuring | None = None, after: str | None = None
) -> tuple[str | None, str]:
    """A walk whose people go on as if nothing had happened. Balanced, or this fails."""
    owner, walker = await world.town.owner(), await world.town.walker()
    if during is not None:
        during.cancel = lambda workflow_id: world.client.get_workflow_handle(workflow_id).cancel()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    for step in STEPS:
        with contextlib.suppress(DogwalkError):
            await _take(world, booking_id, walker, step)
        if after == step:
            await world.handles[booking_id].cancel()
        if after == step or (during is not None and during.is_done):
            await world.eventually(partial(has_heard, world.handles[booking_id]))
    row = await world.closed(booking_id)
    assert during is None or during.is_done
    return row.outcome, row.payment_status


async def _take(world: World, booking_id: UUID, walker: UUID, step: str) -> None:
    if step == "matching":
        await world.status(booking_id, "matching", "closed", timeout_s=60)
        return
    if step == "accept":
        await world.accept(booking_id, walker)
        return
    row = await world.row(booking_id)
    if row.status != "closed" and step == "on_the_way":
        await world.advance(booking_id, row.starts_at - world.now())
    if row.status == "in_progress":
        await world.walk_for(booking_id, row.ends_at - row.starts_at)
    await world.step(booking_id, step, walker, at=row.ends_at if step == "finish" else row.starts_at)
