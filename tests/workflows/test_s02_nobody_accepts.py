"""S02: nobody accepts: unfulfilled, the hold released, alternatives told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.notification import OutboxMessage

if TYPE_CHECKING:
    from tests.support.world import World


async def test_s02_nobody_accepts(world: World) -> None:
    owner = await world.town.owner()
    walkers = [await world.town.walker(distance_m=100.0 * place) for place in range(1, 5)]
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("unfulfilled", "released")
    assert [payment.status for payment in await world.payments(booking_id)] == ["canceled"]
    told = await world.told(booking_id)
    assert told[("unfulfilled", owner.id)] == 1
    assert sum(told[("offer_made", walker_id)] for walker_id in walkers) == 4, "each was asked, once"


async def test_s02_the_owner_is_told_when_somebody_would_be_free(world: World) -> None:
    owner = await world.town.owner()
    await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    row = await world.closed(booking_id)
    assert (await _alternatives(world))[0] == (row.starts_at + timedelta(hours=1)).isoformat()


async def test_s02_nobody_is_told_of_a_start_too_near_to_be_booked(world: World) -> None:
    """An hour after a walk as soon as possible is less than an hour ahead when matching ends."""
    await world.town.walker()
    booking_id = await world.book(await world.town.owner(), starts_in=timedelta(0), quote={"asap": True})
    row = await world.closed(booking_id)
    assert await _alternatives(world) == [(row.starts_at + timedelta(hours=hours)).isoformat() for hours in (2, 3, 4)]


async def test_s02_without_a_single_walker_near_it_stands_on_the_board_until_its_end(world: World) -> None:
    owner = await world.town.owner()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    row = await world.closed(booking_id)
    assert row.outcome == "unfulfilled"
    assert row.walker_id is None
    assert row.ended_at is not None
    assert row.ended_at >= row.starts_at - timedelta(hours=1)


async def _alternatives(world: World) -> list[str]:
    statement = select(OutboxMessage.data).where(OutboxMessage.kind == "unfulfilled").limit(1)
    async with world.resources.database.transaction() as session:
        told: list[str] = (await session.scalars(statement)).one()["alternatives"]
    return told
