"""After the rescue wave a walk stands on the open board: every walker who fits may take it, whenever she looks, and
nobody is rung for it.
"""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from dogwalk.contracts.booking import AcceptOffer, DeclineOffer, Withdraw
from dogwalk.contracts.support import Delay
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import BoardEntry, Offer
from dogwalk.db.models.walker import Walker, WeeklyAvailability
from dogwalk.db.repositories import relation as relations
from dogwalk.db.repositories.candidate import POOL
from dogwalk.services.booking.offers import OfferReader
from tests.support.deeds import with_grant
from tests.support.people import LAT, LON, zone_where_it_is
from tests.support.rows import make_person

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

TOO_FAR_M = 20_000.0
BONUS = 400  # 20 % of the walker's 20.00


async def test_who_becomes_fit_later_finds_the_walk_and_takes_it(world: World) -> None:
    await world.control.add_balance(10_000)
    booking_id = await _on_the_board(world)
    walker = await world.town.walker()
    assert await _seen_by(world, walker) == {booking_id}
    assert (await world.accept(booking_id, walker)).walker_id == walker
    told = await world.told(booking_id)
    assert told[("offer_made", walker)] == 0
    assert told[("booking_assigned", walker)] == 1
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert (await world.balances(booking_id))["platform_cost"] == BONUS


async def test_it_is_seen_once_the_week_and_the_calendar_allow(world: World) -> None:
    booking_id = await _on_the_board(world)
    walker = await world.town.walker()
    await _close_all_week(world, walker)
    assert await _seen_by(world, walker) == set()
    await _open_all_week(world, walker)
    other = await world.book(await world.town.owner(), starts_in=timedelta(hours=5), preferred_walker_ids=[walker])
    await _asked(world, other, walker)
    await world.accept(other, walker)
    assert await _seen_by(world, walker) == set()
    await world.command(other, "withdraw", Withdraw(walker_id=walker))
    assert await _seen_by(world, walker) == {booking_id}


async def test_more_than_one_pool_of_walkers_sees_it(world: World) -> None:
    """Those who were there when it was put up, and fit, and were not among the first."""
    await _crowd(world, size=POOL)
    farthest = await world.town.walker(distance_m=7000.0)  # inside the rescue's radius
    booking_id = await _on_the_board(world)
    assert ("offer_made", farthest) not in await world.told(booking_id)
    assert await _seen_by(world, farthest) == {booking_id}


async def test_who_does_not_fit_sees_nothing(world: World) -> None:
    owner = await world.town.owner()
    await _on_the_board(world, owner)
    blocked, now = await world.town.walker(), world.now()
    misfits = [
        await world.town.walker(distance_m=TOO_FAR_M),
        await world.town.walker(suspended_at=now),
        await world.town.walker(blocked_until=now + timedelta(minutes=1)),  # the walk is later than that
        await world.town.walker(max_dog_weight_kg=5.0),
        await world.town.walker(min_rates={"walk_30": 9900}),
        blocked,
    ]
    async with world.resources.database.transaction() as session:
        await relations.add_block(session, owner.id, blocked, at=now)
    assert [await _seen_by(world, walker) for walker in misfits] == [set()] * len(misfits)


async def test_who_let_it_lapse_may_take_it_who_declined_never_sees_it(world: World) -> None:
    owner, first, second = await world.town.owner(), await world.town.walker(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await _asked(world, booking_id, first)
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=first))
    await _until_on_the_board(world, booking_id)
    assert await _seen_by(world, first) == set()
    assert await world.refused(booking_id, "accept_offer", AcceptOffer(walker_id=first)) == "offer_expired"
    assert await _seen_by(world, second) == {booking_id}
    assert (await world.accept(booking_id, second)).walker_id == second


async def test_who_withdrew_does_not_find_her_walk_on_the_board(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await _asked(world, booking_id, walker)
    await world.accept(booking_id, walker)
    await world.command(booking_id, "withdraw", Withdraw(walker_id=walker))
    await _until_on_the_board(world, booking_id)
    assert await _seen_by(world, walker) == set()


async def test_who_takes_herself_off_does_not_see_it_again(world: World) -> None:
    booking_id, walker = await _on_the_board(world), await world.town.walker()
    assert await _seen_by(world, walker) == {booking_id}
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=walker))
    assert await _seen_by(world, walker) == set()
    assert (await world.row(booking_id)).status == "matching", "others may still take it"


async def test_looking_twice_writes_once_and_costs_her_no_acceptance(world: World) -> None:
    booking_id, walker = await _on_the_board(world), await world.town.walker()
    looks = await asyncio.gather(*(_seen_by(world, walker) for _ in range(4)))
    assert looks == [{booking_id}] * 4
    async with world.resources.database.transaction() as session:
        assert await session.scalar(select(func.count()).where(Offer.walker_id == walker)) == 1
        assert await session.scalar(select(Walker.offers_received).where(Walker.person_id == walker)) == 0


async def test_no_offer_slips_in_behind_an_assignment(world: World) -> None:
    booking_id, taker = await _on_the_board(world), await world.town.walker()
    lookers = [await world.town.walker() for _ in range(4)]
    await _seen_by(world, taker)
    await asyncio.gather(
        world.accept(booking_id, taker), *(_seen_by(world, looker) for _ in range(5) for looker in lookers)
    )
    async with world.resources.database.transaction() as session:
        left = select(func.count()).where(Offer.booking_id == booking_id, Offer.status == "open")
        assert await session.scalar(left) == 0
        assert await session.scalar(select(func.count()).select_from(BoardEntry)) == 0
    assert [await _seen_by(world, looker) for looker in lookers] == [set()] * len(lookers)


async def test_a_walk_days_ahead_stands_there_at_night_and_rings_nobody(world: World) -> None:
    booking_id = await _on_the_board(world, starts_in=timedelta(hours=70))
    walker = await world.town.walker(time_zone=zone_where_it_is(2, world.now()))
    assert await _seen_by(world, walker) == {booking_id}
    assert ("offer_made", walker) not in await world.told(booking_id)


async def test_the_board_costs_as_many_actions_however_many_look(world: World) -> None:
    booking_id = await _on_the_board(world)
    before = (await world.cost(booking_id)).actions
    for _ in range(5):
        await _seen_by(world, await world.town.walker())
    assert (await world.cost(booking_id)).actions == before


async def test_it_stands_there_until_its_end_and_then_nobody_has_it(world: World) -> None:
    booking_id, walker = await _on_the_board(world), await world.town.walker()
    assert await _seen_by(world, walker) == {booking_id}
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("unfulfilled", "released")
    assert await _seen_by(world, walker) == set()
    assert ("offer_withdrawn", walker) not in await world.told(booking_id)


async def test_a_walk_put_off_stands_there_until_its_new_end(world: World) -> None:
    booking_id = await _on_the_board(world)
    storm = Delay(reason="storm", actor_id=uuid7(), action_id=uuid7(), cause="storm", by_s=6 * 3600)
    await world.handles[booking_id].signal("delay", with_grant(world, "delay", booking_id, storm))
    await world.wait(booking_id, timedelta(hours=4, minutes=30))
    walker = await world.town.walker()
    assert await _seen_by(world, walker) == {booking_id}
    assert (await world.accept(booking_id, walker)).walker_id == walker


async def test_who_let_it_lapse_and_can_no_longer_take_it_does_not_have_it_again(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await _asked(world, booking_id, walker)
    await _close_all_week(world, walker)
    await _until_on_the_board(world, booking_id)
    assert await _seen_by(world, walker) == set()


async def _on_the_board(world: World, owner: Owner | None = None, *, starts_in: timedelta = timedelta(hours=5)) -> UUID:
    """At once, for there is nobody to ask."""
    booking_id = await world.book(owner or await world.town.owner(), starts_in=starts_in)
    await _until_on_the_board(world, booking_id)
    return booking_id


async def _until_on_the_board(world: World, booking_id: UUID) -> None:
    """And its workflow knows; a wave that is still out lapses."""

    async def stands() -> bool:
        async with world.resources.database.transaction() as session:
            return await session.get(BoardEntry, booking_id) is not None

    for _ in range(10):
        if await stands():
            break
        await world.wait(booking_id, timedelta(minutes=3))
        await asyncio.sleep(0.5)
    await world.eventually(stands)


async def _asked(world: World, booking_id: UUID, walker: UUID) -> None:
    async def asked() -> bool:
        return (await world.told(booking_id))[("offer_made", walker)] == 1

    await world.eventually(asked)


async def _seen_by(world: World, walker: UUID) -> set[UUID]:
    """What `GET /v1/offers?open=true` reads."""
    reader = OfferReader(database=world.resources.database)
    return {view.booking.id for view in await reader.page(walker, open_at=world.now(), before=None, limit=100)}


async def _open_all_week(world: World, walker: UUID) -> None:
    async with world.resources.database.transaction() as session:
        session.add_all(_days(walker))


async def _crowd(world: World, *, size: int) -> None:
    """Fit, and next door."""
    for _ in range(size):
        walker, now = await make_person(world.resources), world.now()
        given = {"verified_at": now, "two_factor_on": True, "payout_active": True, "time_zone": "UTC"}
        async with world.resources.database.transaction() as session:
            session.add(Walker(person_id=walker, home_lat=LAT, home_lon=LON, created_at=now, **given))
            await session.flush()
            session.add_all(_days(walker))


async def _close_all_week(world: World, walker: UUID) -> None:
    async with world.resources.database.transaction() as session:
        await session.execute(delete(WeeklyAvailability).where(WeeklyAvailability.walker_id == walker))


def _days(walker: UUID) -> list[WeeklyAvailability]:
    week = range(7)
    return [
        WeeklyAvailability(id=uuid7(), walker_id=walker, weekday=day, from_time=time(0), to_time=time(0))
        for day in week
    ]
