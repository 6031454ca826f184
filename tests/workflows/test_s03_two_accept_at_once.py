"""S03: two walkers accept in the same instant: one assignment, the other `offer_taken`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import BookingState
from dogwalk.errors import Conflict

if TYPE_CHECKING:
    from tests.support.world import World


async def test_s03_two_accept_at_once(world: World) -> None:
    owner = await world.town.owner()
    walkers = [await world.town.walker(distance_m=200.0 * place) for place in (1, 2)]
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.status(booking_id, "matching")
    answers = await asyncio.gather(*(world.accept(booking_id, one) for one in walkers), return_exceptions=True)
    won = [answer for answer in answers if isinstance(answer, BookingState)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert [len(won), len(lost)] == [1, 1]
    assert lost[0].code == "offer_taken"
    row = await world.row(booking_id)
    assert row.walker_id == won[0].walker_id
    loser = next(one for one in walkers if one != row.walker_id)
    assert (await world.told(booking_id))[("offer_withdrawn", loser)] == 1


async def test_s03_the_same_walker_twice_has_the_walk_once(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.status(booking_id, "matching")
    first, second = await asyncio.gather(world.accept(booking_id, walker), world.accept(booking_id, walker))
    assert first.walker_id == second.walker_id == walker
    assert (await world.row(booking_id)).assignment_no == 1


async def test_s03_one_walker_cannot_have_two_walks_at_one_time(world: World) -> None:
    walker = await world.town.walker()
    bookings = [await world.book(await world.town.owner(), starts_in=timedelta(hours=5)) for _ in range(2)]
    for booking_id in bookings:
        await world.status(booking_id, "matching")
    answers = await asyncio.gather(*(world.accept(one, walker) for one in bookings), return_exceptions=True)
    codes = [answer.code for answer in answers if isinstance(answer, Conflict)]
    assert codes == ["walker_conflict"]
