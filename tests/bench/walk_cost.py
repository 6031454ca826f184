"""B2: what one plain walk (S01) costs at Temporal, counted from its history; nothing of it depends on the machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.bench.figure import Figure
from tests.support.world import open_world

if TYPE_CHECKING:
    from uuid import UUID

    from tests.bench.place import Place
    from tests.support.world import World

ACTIONS, EVENTS, SIZE_BYTES, ELSEWHERE = 20, 80, 20_000, 8


async def measure(place: Place) -> list[Figure]:
    async with open_world(place.environment, place.template) as world:
        booking_id = await _walk(world)
        cost = await world.cost(booking_id)
        elsewhere = len({message.batch for message in await world.outbox(booking_id)})
    return [
        _count("Temporal actions of a walk", cost.actions, ACTIONS),
        _count("events in its history", cost.events, EVENTS),
        _count("bytes of its history", cost.size_bytes, SIZE_BYTES),
        _count("standalone activities beside it (deliveries)", elsewhere, ELSEWHERE),
    ]


async def _walk(world: World) -> UUID:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    await world.closed(booking_id)
    return booking_id


def _count(what: str, counted: int, limit: int) -> Figure:
    return Figure(number="B2", what=what, measured=f"{counted:,}", figure=counted, limit=limit)
