"""S10: the walker is late. From the first minute the owner sees it, after five the walker is reminded; two percent a
minute go back at the platform's cost, unless she had tapped her arrival in time and her phone sent it late.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.contracts.booking import CommandOfWalker
from dogwalk.db.models.booking import BookingEvent
from dogwalk.db.models.walker import WalkerStrike
from tests.support.footsteps import leave_footsteps

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

CREDIT = 400  # 16 % of 25.00


async def _happened(world: World, booking_id: UUID, kind: str) -> int:
    async with world.resources.database.transaction() as session:
        statement = select(BookingEvent).where(BookingEvent.booking_id == booking_id, BookingEvent.type == kind)
        return len((await session.scalars(statement)).all())


async def _at_the_start(world: World) -> tuple[Owner, UUID, UUID]:
    """A walker who has not set out when the walk should begin."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, (await world.row(booking_id)).starts_at - world.now())
    return owner, walker, booking_id


async def _strikes(world: World, walker: UUID) -> list[str]:
    async with world.resources.database.transaction() as session:
        found = await session.scalars(select(WalkerStrike.kind).where(WalkerStrike.walker_id == walker))
        return list(found)


async def _finished(world: World, booking_id: UUID, walker: UUID) -> None:
    await world.step(booking_id, "start", walker)
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker)
    await world.closed(booking_id)


async def test_s10_is_told_once_however_often_the_fleet_is_swept(world: World) -> None:
    owner, walker, booking_id = await _at_the_start(world)
    await world.advance(booking_id, timedelta(seconds=50))
    assert (await world.sweep()).found == 0
    await world.advance(booking_id, timedelta(seconds=15))
    await world.eventually(lambda: _happened(world, booking_id, "walker_late"))
    assert (await world.sweep()).found == 0
    await world.advance(booking_id, timedelta(minutes=4))
    await world.eventually(lambda: _happened(world, booking_id, "late_reminder"))
    assert await _happened(world, booking_id, "walker_late") == 1
    told = await world.told(booking_id)
    assert (told[("late_reminder", walker)], told[("late_reminder", owner.id)]) == (1, 0)


async def test_s10_eight_minutes_late_give_sixteen_percent_back_at_the_platforms_cost(world: World) -> None:
    owner, walker, booking_id = await _at_the_start(world)
    await world.step(booking_id, "on_the_way", walker)
    await world.advance(booking_id, timedelta(minutes=8, seconds=20))
    state = await world.step(booking_id, "arrive", walker)
    assert state.late_minutes == 8
    await _finished(world, booking_id, walker)
    row = await world.row(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    [payment] = await world.payments(booking_id)
    assert (payment.amount_captured, payment.amount_refunded) == (2775, CREDIT)
    balances = await world.balances(booking_id)
    assert (balances["platform_cost"], balances["platform_revenue"]) == (CREDIT, -775)
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [2000]
    assert await _strikes(world, walker) == []
    told = await world.told(booking_id)
    assert (told[("refund_made", owner.id)], told[("receipt", owner.id)]) == (1, 1)


async def test_s10_an_arrival_tapped_in_time_and_sent_late_takes_the_credit_back(world: World) -> None:
    owner, walker, booking_id = await _at_the_start(world)
    at_the_door = world.now()
    await world.advance(booking_id, timedelta(minutes=8))
    await world.eventually(lambda: _happened(world, booking_id, "walker_late"))
    state = await world.command(booking_id, "arrive", CommandOfWalker(walker_id=walker, at=at_the_door))
    assert (state.late_minutes, state.arrived_at) == (None, at_the_door)
    await _finished(world, booking_id, walker)
    assert (await world.row(booking_id)).payment_status == "captured"
    assert (await world.balances(booking_id)).get("platform_cost", 0) == 0
    assert await _strikes(world, walker) == []
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 0


async def test_s10_a_proof_that_comes_after_the_start_takes_the_credit_back_too(world: World) -> None:
    _, walker, booking_id = await _at_the_start(world)
    at_the_door = world.now()
    await world.advance(booking_id, timedelta(minutes=8))
    assert (await world.step(booking_id, "start", walker)).late_minutes == 8
    state = await world.command(booking_id, "arrive", CommandOfWalker(walker_id=walker, at=at_the_door))
    assert (state.status, state.late_minutes, state.arrived_at) == ("in_progress", None, at_the_door)
    assert await world.refused(booking_id, "arrive", CommandOfWalker(walker_id=walker)) == "wrong_state"
    await _finished(world, booking_id, walker)
    assert (await world.row(booking_id)).payment_status == "captured"
    assert await _happened(world, booking_id, "arrival_proven") == 1


async def test_s10_positions_that_contradict_a_tap_have_the_last_word(world: World) -> None:
    """She says that she arrived in time; her phone was a mile away, and at the door nine minutes later."""
    _, walker, booking_id = await _at_the_start(world)
    claimed = world.now()
    await world.step(booking_id, "on_the_way", walker)
    await world.advance(booking_id, timedelta(minutes=9))
    await leave_footsteps(
        world.resources, booking_id, first=claimed - timedelta(minutes=1), last=world.now(), pace_mps=0, away_m=1500
    )
    state = await world.command(booking_id, "arrive", CommandOfWalker(walker_id=walker, at=claimed))
    assert state.late_minutes == 9
    row = await world.row(booking_id)
    assert row.arrived_at is not None
    assert row.arrived_at > claimed + timedelta(minutes=8)


async def test_s10_a_walk_whose_start_was_never_tapped_is_finished_by_its_positions(world: World) -> None:
    _, walker, booking_id = await _at_the_start(world)
    await world.step(booking_id, "arrive", walker)
    assert await world.refused(booking_id, "finish", CommandOfWalker(walker_id=walker)) == "wrong_state"
    await world.walk_for(booking_id, timedelta(minutes=31))
    state = await world.step(booking_id, "finish", walker)
    assert state.status == "completed"
    assert state.started_at is not None
    row = await world.closed(booking_id)
    assert (row.outcome, row.started_at) == ("completed", state.started_at)
