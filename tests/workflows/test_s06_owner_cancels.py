"""S06: the owner cancels: nobody assigned, 5 min after, more and less than 24 h ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.contracts.booking import CancelBooking, Change, Charge, CollectRequest
from dogwalk.errors import Conflict
from dogwalk.services.payment.collection import Collections

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

TOTAL, LATE_FEE, LATE_SHARE = 2775, 1388, 1000  # 25.00 + 11 %; half of each, half up; half of 80 % of 25.00


async def _assigned(world: World, starts_in: timedelta) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=starts_in)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, owner, walker


async def test_s06_free_while_nobody_is_assigned(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.status(booking_id, "matching")
    await world.cancel(booking_id, owner, fee=0)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "released")
    assert (await world.told(booking_id))[("offer_withdrawn", walker)] == 1


async def test_s06_a_hold_let_go_by_a_try_whose_answer_was_lost_is_released(world: World) -> None:
    """Tried again it finds the hold gone, and the payment did not fail."""
    owner = await world.town.owner()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.status(booking_id, "matching")
    await world.cancel(booking_id, owner, fee=0)
    row = await world.closed(booking_id)
    collections = Collections(database=world.resources.database, gateway=world.resources.payments)
    change = Change(booking_id=booking_id, version=row.version, at=world.now())
    again = CollectRequest(change=change, charge=Charge(captured=0), payout_due_at=world.now())
    assert (await collections.collect(again)).payment_status == "released"
    assert (await world.balanced(booking_id)).payment_status == "released"


async def test_s06_free_for_five_minutes_after_the_assignment(world: World) -> None:
    booking_id, owner, _ = await _assigned(world, timedelta(hours=5))
    await world.advance(booking_id, timedelta(minutes=4))
    await world.cancel(booking_id, owner, fee=0)
    assert (await world.closed(booking_id)).payment_status == "released"


async def test_s06_free_until_24_hours_ahead(world: World) -> None:
    booking_id, owner, _ = await _assigned(world, timedelta(hours=30))
    await world.advance(booking_id, timedelta(hours=5))
    await world.cancel(booking_id, owner, fee=0)
    assert (await world.closed(booking_id)).payment_status == "released"


async def test_s06_half_is_kept_inside_24_hours_and_pays_the_walker(world: World) -> None:
    booking_id, owner, walker = await _assigned(world, timedelta(hours=5))
    await world.advance(booking_id, timedelta(minutes=10))
    await world.cancel(booking_id, owner, fee=LATE_FEE)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "captured")
    balances = await world.balances(booking_id)
    assert balances["platform_revenue"] == -(LATE_FEE - LATE_SHARE)
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [LATE_FEE]
    told = await world.told(booking_id)
    assert told[("booking_cancelled", owner.id)] == told[("booking_cancelled", walker)] == 1
    assert told[("payout_sent", walker)] == 1


async def test_s06_other_terms_than_shown_are_refused_with_the_new_ones(world: World) -> None:
    booking_id, owner, _ = await _assigned(world, timedelta(hours=5))
    await world.advance(booking_id, timedelta(minutes=10))
    with pytest.raises(Conflict) as refused:
        await world.command(booking_id, "cancel", CancelBooking(actor_id=owner.id, expected_fee=0))
    assert refused.value.code == "terms_changed"
    assert (refused.value.extra["fee"], refused.value.extra["refund"]) == (LATE_FEE, TOTAL - LATE_FEE)
    assert (await world.row(booking_id)).status == "assigned"


async def test_raw_cancel_from_the_temporal_ui_is_a_free_cancellation_by_support(world: World) -> None:
    booking_id, _, walker = await _assigned(world, timedelta(hours=5))
    await world.handles[booking_id].cancel()
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "released")
    assert (await world.told(booking_id))[("booking_cancelled", walker)] == 1
