"""S10: the walker is late. From the first minute the owner sees it, after five the walker is reminded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.booking import BookingEvent

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World


async def _happened(world: World, booking_id: UUID, kind: str) -> int:
    async with world.resources.database.transaction() as session:
        statement = select(BookingEvent).where(BookingEvent.booking_id == booking_id, BookingEvent.type == kind)
        return len((await session.scalars(statement)).all())


async def test_s10_is_told_once_however_often_the_fleet_is_swept(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    start = (await world.row(booking_id)).starts_at
    await world.advance(booking_id, start + timedelta(seconds=50) - world.now())
    assert (await world.sweep()).found == 0
    await world.advance(booking_id, timedelta(seconds=15))
    await world.eventually(lambda: _happened(world, booking_id, "walker_late"))
    assert (await world.sweep()).found == 0
    await world.advance(booking_id, timedelta(minutes=4))
    await world.eventually(lambda: _happened(world, booking_id, "late_reminder"))
    assert await _happened(world, booking_id, "walker_late") == 1
    told = await world.told(booking_id)
    assert (told[("late_reminder", walker)], told[("late_reminder", owner.id)]) == (1, 0)
