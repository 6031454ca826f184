"""S12: the phone is silent, the walk is done, its positions arrive later: nobody loses money meanwhile, and the last word
counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dogwalk.db.repositories import payment as payments
from tests.support.footsteps import leave_footsteps, send_footsteps

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.db.models.payment import Refund
    from tests.support.people import Owner
    from tests.support.world import World


def about(amount: int) -> Any:
    """Of a walk some seconds longer or shorter: the machine's own."""
    return pytest.approx(amount, abs=5)


async def walked(world: World, *, minutes: int = 30, heard_for: timedelta | None = None) -> tuple[Owner, UUID, UUID]:
    """A finished walk; the phone was heard from the start on, or not at all."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    if heard_for:
        await world.walk_for(booking_id, heard_for)
    if silent := timedelta(minutes=minutes) - (heard_for or timedelta(0)):
        await world.advance(booking_id, silent)
    await world.step(booking_id, "finish", walker)
    await captured(world, booking_id)
    return owner, walker, booking_id


async def captured(world: World, booking_id: UUID) -> None:
    async def done() -> bool:
        return (await world.row(booking_id)).payment_status not in {"held", "none"}

    await world.eventually(done)


async def verdict_becomes(world: World, booking_id: UUID, expected: str) -> None:
    async def is_so() -> bool:
        return ((await world.row(booking_id)).summary or {}).get("verdict") == expected

    await world.eventually(is_so)


async def refunds(world: World, booking_id: UUID) -> list[Refund]:
    async with world.resources.database.transaction() as session:
        return list(await payments.refunds_of(session, booking_id))


async def transferred(world: World, booking_id: UUID) -> list[int]:
    return [one.amount for one in await world.resources.payments.find_transfers(booking_id=str(booking_id))]


async def test_s12_silent_phone_whose_positions_arrive_an_hour_later(world: World) -> None:
    owner, _, booking_id = await walked(world)
    row = await world.row(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.payment_status) == ("inconclusive", "captured")
    assert await world.tasks(booking_id) == {"verdict_inconclusive": "open", "call_walker": "resolved"}
    await world.advance(booking_id, timedelta(hours=1))
    await world.send_late(booking_id, first=row.started_at, last=row.finished_at)
    await verdict_becomes(world, booking_id, "served")
    assert await world.tasks(booking_id) == {"verdict_inconclusive": "resolved", "call_walker": "resolved"}
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert await refunds(world, booking_id) == []
    assert await transferred(world, booking_id) == [2000]
    assert ("refund_made", owner.id) not in await world.told(booking_id)


async def test_s12_late_positions_show_a_short_walk(world: World) -> None:
    """The difference moves: what is given back is paid at once, for nothing that may still come would change it."""
    owner, _, booking_id = await walked(world, minutes=15)
    row = await world.row(booking_id)
    assert row.payment_status == "captured"
    await world.advance(booking_id, timedelta(hours=1))
    await world.send_late(booking_id, first=row.started_at, last=row.finished_at)
    await verdict_becomes(world, booking_id, "short")
    await world.status(booking_id, "completed")

    async def is_paid_back() -> bool:
        return [(one.amount, one.state) for one in await refunds(world, booking_id)] == [(about(1387), "paid")]

    await world.eventually(is_paid_back)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    assert await transferred(world, booking_id) == [about(1000)]
    assert (await world.balances(booking_id))["platform_revenue"] == about(-388)
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 1
    assert await world.tasks(booking_id) == {"verdict_inconclusive": "resolved", "verdict_short": "open"}


async def test_s12_what_is_due_waits_for_the_last_word(world: World) -> None:
    """Nobody saw the finish: what a short walk gives back is paid when nothing can come any more."""
    owner, _, booking_id = await walked(world, minutes=20, heard_for=timedelta(minutes=17))
    row = await world.row(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.summary["evidence_complete"]) == ("short", False)
    assert [(one.amount, one.state) for one in await refunds(world, booking_id)] == [(about(925), "due")]
    await world.advance(booking_id, timedelta(hours=46))
    assert [one.state for one in await refunds(world, booking_id)] == ["due"]
    assert ("refund_made", owner.id) not in await world.told(booking_id)
    row = await world.closed(booking_id)
    assert row.payment_status == "partially_refunded"
    assert [(one.amount, one.state) for one in await refunds(world, booking_id)] == [(about(925), "paid")]
    assert await transferred(world, booking_id) == [about(1333)]
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 1


async def test_s12_the_transfer_takes_the_last_word(world: World) -> None:
    """Nobody told the booking of what came in time: it looks itself before it pays."""
    _, _, booking_id = await walked(world, minutes=15)
    row = await world.row(booking_id)
    await world.advance(booking_id, timedelta(hours=46))
    await send_footsteps(world.resources, booking_id, first=row.started_at, last=row.finished_at)
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.payment_status) == ("short", "partially_refunded")
    assert await transferred(world, booking_id) == [about(1000)]


async def test_s12_what_comes_after_the_last_word_changes_nothing(world: World) -> None:
    _, _, booking_id = await walked(world, minutes=15)
    row = await world.row(booking_id)
    await world.advance(booking_id, timedelta(hours=47, minutes=10))
    await world.send_late(booking_id, first=row.started_at, last=row.finished_at)
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.payment_status) == ("inconclusive", "captured")
    assert await transferred(world, booking_id) == [2000]


async def test_s12_late_positions_of_a_served_walk_only_make_its_figures_better(world: World) -> None:
    _, _, booking_id = await walked(world, heard_for=timedelta(minutes=30))
    before = await world.row(booking_id)
    assert before.summary is not None
    assert before.summary["evidence_complete"]
    shifted = timedelta(seconds=2)
    await world.send_late(booking_id, first=before.started_at + shifted, last=before.finished_at - shifted)
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert row.summary["verdict"] == "served"
    assert row.summary["positions"] > before.summary["positions"]
    assert (await world.cost(booking_id)).actions <= 20


async def test_s12_late_positions_take_back_all_of_a_late_walkers_walk(world: World) -> None:
    """Credit and refund together are what was captured, and no more."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, timedelta(hours=3, minutes=8))
    await world.step(booking_id, "start", walker)
    await world.advance(booking_id, timedelta(minutes=4))
    await world.step(booking_id, "finish", walker)
    await captured(world, booking_id)
    row = await world.row(booking_id)
    assert (row.summary or {})["verdict"] == "inconclusive"
    assert [(one.reason, one.amount, one.state) for one in await refunds(world, booking_id)] == [("late", 400, "paid")]
    await world.send_late(booking_id, first=row.started_at, last=row.finished_at)
    row = await world.closed(booking_id)
    assert (row.summary or {})["verdict"] == "not_served"
    assert row.payment_status == "refunded"
    paid_back = {one.reason: one.amount for one in await refunds(world, booking_id)}
    assert paid_back == {"late": 400, "verdict": 2375}
    assert [one.amount_refunded for one in await world.payments(booking_id)] == [2775]
    assert await transferred(world, booking_id) == []
    balances = await world.balances(booking_id)
    assert (balances["platform_revenue"], balances["platform_cost"]) == (0, 0)


async def test_s12_late_positions_say_how_late_the_walker_was_and_only_the_difference_moves(world: World) -> None:
    """She tapped *arrived* in time, a mile away, and was at the door nine minutes later; her phone was offline."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    start = (await world.row(booking_id)).starts_at
    begun, over = start + timedelta(minutes=11), start + timedelta(minutes=41)
    for name, at in (("arrive", start), ("start", begun), ("finish", over)):
        await world.advance(booking_id, at - world.now())
        await world.step(booking_id, name, walker, at=at)
    await captured(world, booking_id)
    assert (await world.state(booking_id)).late_minutes is None
    await _stood(world, booking_id, start - timedelta(minutes=1), minutes=6, away_m=1500)
    await _stood(world, booking_id, start + timedelta(minutes=9), minutes=2, away_m=0)
    await world.send_late(booking_id, first=begun, last=over)
    await verdict_becomes(world, booking_id, "served")
    row = await world.closed(booking_id)
    assert (row.arrived_at, row.payment_status) == (start + timedelta(minutes=9), "partially_refunded")
    [credit] = await refunds(world, booking_id)
    assert (credit.reason, credit.funded_by, credit.amount, credit.state) == ("late", "platform", 450, "paid")
    assert (await world.balances(booking_id))["platform_cost"] == 450
    assert await transferred(world, booking_id) == [2000]
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 1


async def _stood(world: World, booking_id: UUID, first: datetime, *, minutes: int, away_m: float) -> None:
    last = first + timedelta(minutes=minutes)
    await leave_footsteps(world.resources, booking_id, first=first, last=last, pace_mps=0, away_m=away_m)
