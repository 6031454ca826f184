"""A walk as soon as possible begins when the walker who accepts it can be there, 30 minutes later at the latest; all that
is judged by its times is judged by these.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from temporalio.common import SearchAttributeKey

from dogwalk.contracts.booking import AcceptOffer, Withdraw
from dogwalk.contracts.support import Delay
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import BookingEvent, Offer
from dogwalk.db.models.walker import WalkerCalendar
from dogwalk.db.repositories import calendar
from dogwalk.domain.approach import DETOUR, PACE_MPS
from dogwalk.services.booking.offers import OfferReader
from tests.support.deeds import with_grant
from tests.support.people import LAT, LON

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.booking import Booking
    from tests.support.world import World

HALF_AN_HOUR = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
NEAR_M = 500.0
WAY = timedelta(seconds=NEAR_M * DETOUR / PACE_MPS)  # not quite 8 minutes


async def test_the_start_is_when_she_can_be_there_and_the_end_moves_along(world: World) -> None:
    walker = await world.town.walker(distance_m=NEAR_M)
    booking_id = await _wanted_now(world, walker)
    await world.wait(booking_id, timedelta(seconds=20))
    await world.accept(booking_id, walker)
    row = await world.row(booking_id)
    assert row.assigned_at is not None
    assert timedelta(0) <= row.starts_at - (row.assigned_at + WAY) <= MINUTE
    assert row.ends_at - row.starts_at == HALF_AN_HOUR
    held = await _calendar(world, booking_id)
    assert (held.starts_at, held.ends_at) == (row.starts_at, row.ends_at)
    assert await _searchable_start(world, booking_id) == row.starts_at


async def test_who_comes_from_far_is_promised_within_half_an_hour(world: World) -> None:
    walker = await world.town.walker(distance_m=4500.0)
    booking_id = await _wanted_now(world, walker)
    await world.accept(booking_id, walker)
    row = await world.row(booking_id)
    assert row.assigned_at is not None
    assert row.starts_at - row.assigned_at == HALF_AN_HOUR


async def test_who_is_on_call_comes_from_where_she_waits(world: World) -> None:
    waits_until = world.now() + timedelta(hours=3)
    there = {"on_call_until": waits_until, "on_call_lat": LAT + NEAR_M / 111_195.0, "on_call_lon": LON}
    walker = await world.town.walker(distance_m=60_000.0, **there)
    booking_id = await _wanted_now(world, walker)
    await world.accept(booking_id, walker)
    row = await world.row(booking_id)
    assert row.assigned_at is not None
    assert timedelta(0) <= row.starts_at - (row.assigned_at + WAY) <= MINUTE


async def test_the_owner_is_told_when_it_begins(world: World) -> None:
    walker = await world.town.walker(distance_m=NEAR_M)
    booking_id = await _wanted_now(world, walker)
    await world.accept(booking_id, walker)
    row = await world.row(booking_id)
    assert (await world.told(booking_id))[("walker_assigned", row.owner_id)] == 1
    async with world.resources.database.transaction() as session:
        said = select(BookingEvent.data).where(BookingEvent.booking_id == booking_id, BookingEvent.type == "assigned")
        assert (await session.scalar(said))["starts_at"] == row.starts_at.isoformat()


async def test_lateness_counts_from_then_and_the_walk_ends_balanced(world: World) -> None:
    walker = await world.town.walker(distance_m=NEAR_M)
    await world.control.add_balance(10_000)
    booking_id = await _wanted_now(world, walker)
    await world.accept(booking_id, walker)
    start = (await world.row(booking_id)).starts_at
    arrived = start + timedelta(minutes=5, seconds=1)
    await world.step(booking_id, "on_the_way", walker)
    await world.advance(booking_id, arrived - world.now())
    await world.step(booking_id, "start", walker, at=arrived)
    assert (await world.state(booking_id)).late_minutes == 5
    await world.walk_for(booking_id, HALF_AN_HOUR)
    await world.step(booking_id, "finish", walker, at=arrived + HALF_AN_HOUR)
    row = await world.closed(booking_id)
    assert (row.outcome, row.starts_at) == ("completed", start)
    assert (await world.balances(booking_id))["platform_cost"] == _lines(row) // 10, "5 minutes: 10 %"


async def test_a_walk_after_it_is_judged_by_the_new_times_and_the_way(world: World) -> None:
    """Asked for now it would end in 30 minutes and leave her 25; begun when she can be there it leaves not quite 15."""
    walker, free = await world.town.walker(distance_m=2000.0), await world.town.walker(distance_m=2100.0)
    now = world.now()
    await _has_a_walk(world, walker, now + timedelta(minutes=55), now + timedelta(minutes=85))
    booking_id = await _wanted_now(world, walker)
    assert await world.refused(booking_id, "accept_offer", AcceptOffer(walker_id=walker)) == "walker_conflict"
    row = await world.row(booking_id)
    assert (row.status, row.walker_id) == ("matching", None)
    assert (await world.accept(booking_id, free)).walker_id == free


async def test_given_back_it_begins_with_the_next_who_accepts(world: World) -> None:
    first = await world.town.walker(distance_m=NEAR_M)
    booking_id = await _wanted_now(world, first)
    await world.accept(booking_id, first)
    before = await world.row(booking_id)
    second = await world.town.walker(distance_m=NEAR_M)
    await world.wait(booking_id, timedelta(minutes=6))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=first))
    await _asked(world, booking_id, second)
    await world.accept(booking_id, second)
    row = await world.row(booking_id)
    assert row.assigned_at is not None
    assert row.starts_at > before.starts_at
    assert timedelta(0) <= row.starts_at - (row.assigned_at + WAY) <= MINUTE


async def test_a_stand_by_takes_over_the_time_that_was_promised(world: World) -> None:
    late, stands_by = [await world.town.walker(distance_m=NEAR_M + place) for place in (0, 1)]
    booking_id = await _wanted_now(world, late)
    await world.accept(booking_id, late)
    promised = (await world.row(booking_id)).starts_at
    await world.advance(booking_id, promised + timedelta(minutes=26) - world.now())
    await _asked(world, booking_id, stands_by)
    assert (await world.accept(booking_id, stands_by)).walker_id == stands_by
    assert (await world.row(booking_id)).starts_at == promised


async def test_matching_has_its_twenty_minutes_however_old_the_quote(world: World) -> None:
    """Nobody is near; the quote was made ten minutes before it was booked."""
    booking_id = await world.book(await world.town.owner(), starts_in=timedelta(minutes=-10), quote={"asap": True})
    await world.status(booking_id, "matching")
    await world.wait(booking_id, timedelta(minutes=18))
    assert (await world.state(booking_id)).outcome is None
    row = await world.closed(booking_id)
    assert row.outcome == "unfulfilled"


async def test_from_the_board_it_begins_when_she_can_be_there_too(world: World) -> None:
    booking_id = await world.book(await world.town.owner(), starts_in=-MINUTE, quote={"asap": True})
    await world.status(booking_id, "matching")
    await world.wait(booking_id, timedelta(minutes=15))
    walker = await world.town.walker(distance_m=NEAR_M)
    await OfferReader(database=world.resources.database).page(walker, open_at=world.now(), before=None, limit=9)
    await world.accept(booking_id, walker)
    row = await world.row(booking_id)
    assert row.assigned_at is not None
    assert timedelta(0) <= row.starts_at - (row.assigned_at + WAY) <= MINUTE


async def test_once_a_storm_gave_it_a_time_the_next_accept_leaves_it(world: World) -> None:
    first = await world.town.walker(distance_m=NEAR_M)
    booking_id = await _wanted_now(world, first)
    await world.accept(booking_id, first)
    delayed_to = (await world.row(booking_id)).starts_at + timedelta(hours=3)
    storm = Delay(action_id=uuid4(), reason="storm", cause="storm", by_s=3 * 3600)
    await world.handles[booking_id].signal("delay", with_grant(world, "delay", booking_id, storm))

    async def moved() -> bool:
        return (await world.row(booking_id)).starts_at == delayed_to

    await world.eventually(moved)
    second = await world.town.walker(distance_m=NEAR_M)
    await world.command(booking_id, "withdraw", Withdraw(walker_id=first))
    await _asked(world, booking_id, second)
    await world.accept(booking_id, second)
    assert (await world.row(booking_id)).starts_at == delayed_to


async def _wanted_now(world: World, walker: UUID) -> UUID:
    """As the API books it: the quote's start is the moment it was made."""
    booking_id = await world.book(await world.town.owner(), starts_in=timedelta(0), quote={"asap": True})
    await _asked(world, booking_id, walker)
    return booking_id


async def _asked(world: World, booking_id: UUID, walker: UUID) -> None:
    async def asked() -> bool:
        async with world.resources.database.transaction() as session:
            hers = (Offer.booking_id == booking_id, Offer.walker_id == walker, Offer.status == "open")
            return await session.scalar(select(Offer.id).where(*hers)) is not None

    await world.eventually(asked)


async def _calendar(world: World, booking_id: UUID) -> WalkerCalendar:
    async with world.resources.database.transaction() as session:
        held = await calendar.live_assignment(session, booking_id)
    assert held is not None
    return held


async def _searchable_start(world: World, booking_id: UUID) -> datetime | None:
    description = await world.handles[booking_id].describe()
    return description.typed_search_attributes.get(SearchAttributeKey.for_datetime("StartsAt"))


async def _has_a_walk(world: World, walker: UUID, starts_at: datetime, ends_at: datetime) -> None:
    times = {"starts_at": starts_at, "ends_at": ends_at, "blocked": Range(starts_at, ends_at, bounds="[)")}
    async with world.resources.database.transaction() as session:
        session.add(WalkerCalendar(id=uuid7(), walker_id=walker, kind="tentative", created_at=starts_at, **times))


def _lines(row: Booking) -> int:
    return sum(line["amount"] for line in row.lines if line["kind"] != "service_fee")
