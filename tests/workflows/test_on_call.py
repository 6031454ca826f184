"""Who is on call is asked for walks as soon as possible, from where she waits, whatever her week says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from dogwalk.contracts.booking import Withdraw
from dogwalk.db.models.booking import Offer
from dogwalk.db.models.walker import WeeklyAvailability
from tests.support.people import LAT, LON

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World

FAR_M = 60_000.0  # beyond any radius


async def _on_call(world: World, *, for_: timedelta) -> UUID:
    """Lives far away, is closed all week, and waits round the corner."""
    until = world.now() + for_
    walker_id = await world.town.walker(distance_m=FAR_M, on_call_until=until, on_call_lat=LAT, on_call_lon=LON)
    async with world.resources.database.transaction() as session:
        await session.execute(delete(WeeklyAvailability).where(WeeklyAvailability.walker_id == walker_id))
    return walker_id


async def _asked(world: World, booking_id: UUID) -> set[UUID]:
    """In the first wave."""
    await world.status(booking_id, "matching")
    async with world.resources.database.transaction() as session:
        return set(await session.scalars(select(Offer.walker_id).where(Offer.booking_id == booking_id)))


async def test_on_call_reaches_beyond_home_and_week(world: World) -> None:
    owner, at_home = await world.town.owner(), await world.town.walker()
    on_call = await _on_call(world, for_=timedelta(hours=3))
    booking_id = await world.book(owner, starts_in=timedelta(minutes=20), quote={"asap": True})
    assert await _asked(world, booking_id) == {at_home, on_call}


async def test_on_call_is_for_now_and_ends(world: World) -> None:
    owner, at_home = await world.town.owner(), await world.town.walker()
    await _on_call(world, for_=timedelta(minutes=30))  # the walk would end later
    booking_id = await world.book(owner, starts_in=timedelta(minutes=20), quote={"asap": True})
    assert await _asked(world, booking_id) == {at_home}


async def test_a_walk_booked_for_later_asks_by_home_and_week(world: World) -> None:
    owner, at_home = await world.town.owner(), await world.town.walker()
    await _on_call(world, for_=timedelta(hours=9))
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    assert await _asked(world, booking_id) == {at_home}


async def test_a_walk_given_back_shortly_before_its_start_asks_who_is_on_call(world: World) -> None:
    owner, first = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await _asked(world, booking_id)
    await world.accept(booking_id, first)
    await world.advance(booking_id, timedelta(hours=4))
    on_call = await _on_call(world, for_=timedelta(hours=3))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=first))
    await _is_asked(world, booking_id, on_call)
    assert (await world.accept(booking_id, on_call)).walker_id == on_call


async def test_a_walk_given_back_in_good_time_does_not(world: World) -> None:
    owner, first, second = await world.town.owner(), await world.town.walker(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5), preferred_walker_ids=[first])
    await _asked(world, booking_id)
    await world.accept(booking_id, first)
    on_call = await _on_call(world, for_=timedelta(hours=9))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=first))
    await _is_asked(world, booking_id, second)
    assert on_call not in await _asked(world, booking_id)


async def test_who_is_on_call_may_stand_by_for_a_late_walker(world: World) -> None:
    owner, late = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await _asked(world, booking_id)
    await world.accept(booking_id, late)
    on_call = await _on_call(world, for_=timedelta(hours=7))
    await world.advance(booking_id, timedelta(hours=5, minutes=11))
    await _is_asked(world, booking_id, on_call)
    assert (await world.accept(booking_id, on_call)).walker_id == on_call


async def _is_asked(world: World, booking_id: UUID, walker_id: UUID) -> None:
    async def offered() -> bool:
        async with world.resources.database.transaction() as session:
            asked = select(Offer.walker_id).where(Offer.booking_id == booking_id, Offer.status == "open")
            return walker_id in set(await session.scalars(asked))

    await world.eventually(offered)
