"""S11: the walker vanishes. At +10 others are asked to stand by, and one takes over; or at +30 it is a no-show, and the
owner pays nothing, unless there is a sign of the walker.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dogwalk.contracts.booking import AcceptOffer, CommandOfWalker, DeclineOffer
from dogwalk.db.models.booking import Offer
from dogwalk.db.models.walker import WalkerCalendar, WalkerStrike
from dogwalk.db.repositories import support_task
from dogwalk.db.repositories import walk as walks
from dogwalk.errors import NotFound
from tests.support.conversing import write_to
from tests.support.footsteps import leave_footsteps
from tests.support.photos import send_photo

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World


async def _at_the_start(world: World) -> tuple[Owner, UUID, UUID]:
    """A walker who has not set out when the walk should begin."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, (await world.row(booking_id)).starts_at - world.now())
    return owner, walker, booking_id


async def _offer(world: World, booking_id: UUID, walker: UUID) -> Offer:
    async def found() -> Offer | None:
        async with world.resources.database.transaction() as session:
            mine = (Offer.booking_id == booking_id, Offer.walker_id == walker)
            return await session.scalar(select(Offer).where(*mine).order_by(Offer.round.desc()).limit(1))

    offer: Offer = await world.eventually(found)
    return offer


async def _strikes(world: World, walker: UUID) -> list[str]:
    async with world.resources.database.transaction() as session:
        found = await session.scalars(select(WalkerStrike.kind).where(WalkerStrike.walker_id == walker))
        return list(found)


async def _tasks(world: World, booking_id: UUID) -> list[str]:
    async with world.resources.database.transaction() as session:
        return [task.kind for task in await support_task.of_booking(session, booking_id)]


async def _stand_by(world: World, booking_id: UUID, after: timedelta = timedelta(minutes=10)) -> UUID:
    """Somebody who is asked in the walker's place."""
    second = await world.town.walker()
    await world.advance(booking_id, after)
    offer = await _offer(world, booking_id, second)
    assert (offer.status, offer.round) == ("open", 2)
    return second


async def test_s11_a_stand_by_takes_over(world: World) -> None:
    owner, first, booking_id = await _at_the_start(world)
    await world.control.add_balance(10_000)
    second = await _stand_by(world, booking_id)
    assert (await world.row(booking_id)).walker_id == first
    state = await world.accept(booking_id, second)
    assert (state.walker_id, state.assignment_no, state.status) == (second, 2, "assigned")
    assert await _strikes(world, first) == ["late_cancel"]
    assert await world.refused(booking_id, "arrive", CommandOfWalker(walker_id=first)) == "not_found"
    await _lost_everything(world, booking_id, first)
    await world.advance(booking_id, timedelta(minutes=10, seconds=30))
    assert (await world.step(booking_id, "arrive", second)).late_minutes == 20
    await world.step(booking_id, "start", second)
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", second)
    row = await world.closed(booking_id)
    assert (row.outcome, row.walker_id, row.payment_status) == ("completed", second, "partially_refunded")
    assert (await world.balances(booking_id))["platform_cost"] == 750  # 30 % of 25.00: the owner waited from the start
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [2000]
    told = await world.told(booking_id)
    assert (told[("walk_taken_over", first)], told[("payout_sent", first)], told[("payout_sent", second)]) == (1, 0, 1)
    assert told[("walker_assigned", owner.id)] == 2


async def _lost_everything(world: World, booking_id: UUID, walker: UUID) -> None:
    """Her calendar is free, no position of hers counts, and she can write to the owner no more."""
    with pytest.raises(NotFound):
        await write_to(world.resources, booking_id, walker)
    async with world.resources.database.transaction() as session:
        live = select(WalkerCalendar).where(WalkerCalendar.walker_id == walker, WalkerCalendar.live)
        assert (await session.scalars(live)).all() == []
        walk = await walks.get(session, booking_id, 1)
    assert walk is not None
    assert walk.closes_at is not None
    assert walk.closes_at < world.now()


async def test_s11_a_stand_by_asked_by_a_worker_that_died_is_heard(world: World) -> None:
    """She has her offer, and the booking will know of it in a moment."""
    _, _, booking_id = await _at_the_start(world)
    second = await world.town.walker()
    await world.wait(booking_id, timedelta(minutes=10))
    accepting = asyncio.create_task(world.accept(booking_id, second))
    await world.sweep()
    assert (await accepting).walker_id == second


async def test_s11_who_has_arrived_keeps_the_walk(world: World) -> None:
    _, first, booking_id = await _at_the_start(world)
    second = await _stand_by(world, booking_id)
    await world.step(booking_id, "arrive", first)
    assert await world.refused(booking_id, "accept_offer", AcceptOffer(walker_id=second)) == "offer_taken"
    assert (await _offer(world, booking_id, second)).status == "taken"
    assert (await world.told(booking_id))[("offer_withdrawn", second)] == 1
    assert (await world.row(booking_id)).walker_id == first
    assert await _strikes(world, first) == []


async def test_s11_one_on_the_way_has_five_minutes_more(world: World) -> None:
    _, first, booking_id = await _at_the_start(world)
    await world.step(booking_id, "on_the_way", first)
    second = await world.town.walker()
    await world.advance(booking_id, timedelta(minutes=14))
    async with world.resources.database.transaction() as session:
        asked = select(Offer).where(Offer.booking_id == booking_id, Offer.walker_id == second)
        assert await session.scalar(asked) is None
    await world.advance(booking_id, timedelta(minutes=1))
    offer = await _offer(world, booking_id, second)
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=second))
    assert (await _offer(world, booking_id, second)).status == "declined"
    assert offer.expires_at == (await world.row(booking_id)).starts_at + timedelta(minutes=30)


async def test_s11_nobody_comes(world: World) -> None:
    owner, walker, booking_id = await _at_the_start(world)
    await world.advance(booking_id, timedelta(minutes=30))
    await world.status(booking_id, "no_show")
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("no_show", "released")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [0]
    assert await _strikes(world, walker) == ["no_show"]
    told = await world.told(booking_id)
    assert (told[("no_show", owner.id)], told[("no_show_recorded", walker)]) == (1, 1)
    assert await _tasks(world, booking_id) == []


async def test_s11_a_stand_by_has_her_way_before_she_is_a_no_show(world: World) -> None:
    _, first, booking_id = await _at_the_start(world)
    second = await _stand_by(world, booking_id, timedelta(minutes=20))
    await world.accept(booking_id, second)
    await world.advance(booking_id, timedelta(minutes=14))
    assert (await world.row(booking_id)).status == "assigned"
    await world.advance(booking_id, timedelta(minutes=2))
    await world.status(booking_id, "no_show")
    assert (await world.closed(booking_id)).walker_id == second
    assert (await _strikes(world, first), await _strikes(world, second)) == (["late_cancel"], ["no_show"])


async def test_s11_with_a_sign_of_the_walker_support_decides(world: World) -> None:
    _, walker, booking_id = await _at_the_start(world)
    await world.step(booking_id, "on_the_way", walker)
    await world.advance(booking_id, timedelta(minutes=29))
    now = world.now()
    await leave_footsteps(world.resources, booking_id, first=now - timedelta(minutes=2), last=now, pace_mps=0)
    await world.advance(booking_id, timedelta(minutes=1))
    await world.eventually(lambda: _tasks(world, booking_id))
    row = await world.row(booking_id)
    assert (row.status, row.needs_attention) == ("on_the_way", "no_show_unclear")
    assert await _tasks(world, booking_id) == ["no_show_unclear"]
    assert await _strikes(world, walker) == []
    assert (await world.step(booking_id, "arrive", walker)).status == "arrived"
    assert (await world.row(booking_id)).needs_attention is None
    assert (await world.tasks(booking_id)) == {"no_show_unclear": "resolved"}


async def test_s11_a_word_to_the_owner_is_a_sign_too(world: World) -> None:
    _, walker, booking_id = await _at_the_start(world)
    await write_to(world.resources, booking_id, walker, "The bus is late.")
    await world.advance(booking_id, timedelta(minutes=30))
    await world.eventually(lambda: _tasks(world, booking_id))
    assert (await world.row(booking_id)).status == "assigned"
    assert await _strikes(world, walker) == []


async def test_s11_what_she_wrote_hours_before_or_what_the_owner_writes_is_none(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await write_to(world.resources, booking_id, walker, "See you later")
    await world.advance(booking_id, (await world.row(booking_id)).starts_at - world.now())
    await write_to(world.resources, booking_id, owner.id, "Where are you?")
    await world.advance(booking_id, timedelta(minutes=30))
    await world.status(booking_id, "no_show")
    assert (await world.closed(booking_id)).payment_status == "released"
    told = await world.told(booking_id)
    assert (told[("message_received", owner.id)], told[("message_received", walker)]) == (1, 1)


async def test_s11_a_photo_is_a_sign_of_a_walker_whose_taps_are_lost(world: World) -> None:
    _, walker, booking_id = await _at_the_start(world)
    await send_photo(world.resources, booking_id, walker)
    await world.advance(booking_id, timedelta(minutes=30))
    await world.eventually(lambda: _tasks(world, booking_id))
    assert await _tasks(world, booking_id) == ["no_show_unclear"]
    assert (await world.row(booking_id)).status == "assigned"
    assert await _strikes(world, walker) == []


async def test_s11_a_late_proof_after_a_no_show_is_a_task_for_support(world: World) -> None:
    _, walker, booking_id = await _at_the_start(world)
    at_the_door = world.now()
    await world.advance(booking_id, timedelta(minutes=30))
    await world.status(booking_id, "no_show")
    assert await world.refused(booking_id, "arrive", CommandOfWalker(walker_id=walker)) == "wrong_state"
    for name in ("arrive", "start"):
        state = await world.command(booking_id, name, CommandOfWalker(walker_id=walker, at=at_the_door))
        assert (state.status, state.outcome) == ("no_show", "no_show")
    assert await _tasks(world, booking_id) == ["late_proof"]
    assert (await world.closed(booking_id)).outcome == "no_show"
