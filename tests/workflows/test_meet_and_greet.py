"""A meeting of owner and walker at home, free of charge: one walker alone is asked, and nothing is held, taken or paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from dogwalk.contracts.booking import CommandByOwner, DeclineOffer, UseCard, Withdraw
from dogwalk.contracts.support import Reassign
from dogwalk.db.models.booking import Offer
from dogwalk.db.models.walker import Walker, WalkerStrike
from dogwalk.errors import Conflict
from tests.support.deeds import with_grant

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

HOURS = timedelta(hours=1)


async def _asked(world: World, owner: Owner, walker: UUID, *, starts_in: timedelta = 30 * HOURS) -> UUID:
    quote = {"service": "meet_greet", "walker_id": walker}
    booking_id = await world.book(owner, starts_in=starts_in, quote=quote)
    await world.status(booking_id, "matching")
    return booking_id


async def _agreed(world: World, *, starts_in: timedelta = 30 * HOURS) -> tuple[Owner, UUID, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await _asked(world, owner, walker, starts_in=starts_in)
    await world.accept(booking_id, walker)
    return owner, walker, booking_id


async def _nothing_moved(world: World, booking_id: UUID, outcome: str) -> None:
    """Closed, with no money anywhere."""
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.total) == (outcome, "none", 0)
    assert (await world.balances(booking_id), await world.payments(booking_id)) == ({}, [])


async def _all(world: World, statement: Any) -> list[Any]:
    async with world.resources.database.transaction() as session:
        return list((await session.scalars(statement)).all())


async def test_they_meet_and_nobody_pays(world: World) -> None:
    """A phone that stays silent in the living room is no one's business."""
    owner, walker, booking_id = await _agreed(world)
    await world.set_out(booking_id, walker)
    await world.advance(booking_id, timedelta(minutes=19))
    await world.step(booking_id, "finish", walker)
    await _nothing_moved(world, booking_id, "completed")
    row, told = await world.row(booking_id), await world.told(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.summary["reasons"]) == ("served", [])
    assert row.closed_at is not None
    assert row.closed_at - row.ended_at < HOURS  # there is no pay to wait for
    assert told == {
        ("offer_made", walker): 1,
        ("walker_assigned", owner.id): 1,
        ("booking_assigned", walker): 1,
        ("walker_on_the_way", owner.id): 1,
        ("walker_arrived", owner.id): 1,
        ("walk_started", owner.id): 1,
        ("walk_finished", owner.id): 1,
    }
    assert await world.tasks(booking_id) == {}
    assert [one.last_walk_at for one in await _all(world, select(Walker))] == [None]


async def test_only_the_walker_it_is_asked_of_hears_of_it(world: World) -> None:
    """She has all the time there is; her no ends it."""
    owner, walker, _ = await world.town.owner(), await world.town.walker(), await world.town.walker()
    booking_id = await _asked(world, owner, walker)
    await world.advance(booking_id, 3 * HOURS)
    await world.command(booking_id, "decline_offer", DeclineOffer(walker_id=walker))
    await _nothing_moved(world, booking_id, "unfulfilled")
    [offer] = await _all(world, select(Offer))
    assert (offer.walker_id, offer.status, offer.earns) == (walker, "declined", 0)
    assert (await world.told(booking_id))["unfulfilled", owner.id] == 1


async def test_what_is_not_answered_lapses(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await _asked(world, owner, walker)
    await _nothing_moved(world, booking_id, "unfulfilled")
    [told] = [one for one in await world.outbox(booking_id) if one.kind == "unfulfilled" and one.channel == "push"]
    assert len(told.data["alternatives"]) == 3  # her own free times


@pytest.mark.parametrize("on_the_way", [False, True], ids=["an hour before", "on the way"])
async def test_its_owner_calls_it_off_free_of_charge(world: World, on_the_way: bool) -> None:  # noqa: FBT001 parametrized
    owner, walker, booking_id = await _agreed(world)
    await world.advance(booking_id, 29 * HOURS)
    if on_the_way:
        await world.step(booking_id, "on_the_way", walker)
    await world.cancel(booking_id, owner, fee=0)
    await _nothing_moved(world, booking_id, "cancelled_by_owner")
    assert (await world.told(booking_id))["booking_cancelled", walker] == 1


async def test_a_walker_who_does_not_come_has_it_on_her_record(world: World) -> None:
    """Nobody is asked in her place."""
    owner, walker, booking_id = await _agreed(world, starts_in=3 * HOURS)
    others = [await world.town.walker() for _ in range(2)]
    await world.advance(booking_id, (await world.row(booking_id)).starts_at - world.now())
    await world.advance(booking_id, timedelta(minutes=16))
    assert {one.walker_id for one in await _all(world, select(Offer))}.isdisjoint(others)
    await world.advance(booking_id, timedelta(minutes=15))
    await world.status(booking_id, "no_show")
    await _nothing_moved(world, booking_id, "no_show")
    assert [(one.walker_id, one.kind) for one in await _all(world, select(WalkerStrike))] == [(walker, "no_show")]
    assert (await world.told(booking_id))["no_show", owner.id] == 1


async def test_given_back_it_is_over(world: World) -> None:
    """There is nobody else to ask: not by the booking, not by support."""
    owner, walker, booking_id = await _agreed(world)
    other = await world.town.walker()
    asked = Reassign(reason="the walker is ill", actor_id=uuid4(), walker_id=other)
    deed = with_grant(world, "reassign", booking_id, asked)
    assert await world.refused(booking_id, "reassign", deed) == "only_one_walker"
    assert await world.refused(booking_id, "use_card", UseCard(payment_method_id="pm_1")) == "wrong_state"
    assert await world.refused(booking_id, "confirm_payment", CommandByOwner(owner_id=owner.id)) == "wrong_state"
    await world.command(booking_id, "withdraw", Withdraw(walker_id=walker, reason="ill"))
    await _nothing_moved(world, booking_id, "cancelled_by_walker")
    assert {one.walker_id for one in await _all(world, select(Offer))} == {walker}


async def test_a_pair_meets_once_a_month(world: World) -> None:
    """What was called off does not count; another walker may be asked at once."""
    owner, walker, booking_id = await _agreed(world)
    with pytest.raises(Conflict) as refused:
        await _asked(world, owner, walker, starts_in=50 * HOURS)
    assert (refused.value.code, refused.value.extra["booking_id"]) == ("met_already", str(booking_id))
    other = await _asked(world, owner, await world.town.walker(), starts_in=50 * HOURS)
    await world.cancel(booking_id, owner, fee=0)
    again = await _asked(world, owner, walker, starts_in=50 * HOURS)
    for one in (other, again):
        await world.cancel(one, owner, fee=0)
        await world.closed(one)
