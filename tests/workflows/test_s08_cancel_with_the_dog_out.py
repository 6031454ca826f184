"""S08: the owner cancels while the dog is out: refused; an early end charges the greater of half and the walked part."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.contracts.booking import CancelBooking, CommandByOwner

if TYPE_CHECKING:
    from tests.support.world import World


@pytest.mark.parametrize(("minutes", "kept", "share"), [(24, 2220, 1600), (6, 1388, 1000)])
async def test_s08_cancel_with_the_dog_out(world: World, minutes: int, kept: int, share: int) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    payload = CancelBooking(actor_id=owner.id, expected_fee=0)
    assert await world.refused(booking_id, "cancel", payload) == "walk_in_progress"
    await world.command(booking_id, "end_early", CommandByOwner(owner_id=owner.id))
    walked = timedelta(minutes=minutes)
    await world.walk_for(booking_id, walked)
    await world.step(booking_id, "finish", walker, at=(await world.row(booking_id)).starts_at + walked)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("ended_early", "partially_refunded")
    payment = (await world.payments(booking_id))[0]
    assert (payment.amount_captured, payment.amount_refunded) == (2775, 2775 - kept)
    assert (await world.balances(booking_id))["platform_revenue"] == -(kept - share)
    told = await world.told(booking_id)
    assert (told[("end_early_requested", walker)], told[("walk_finished", owner.id)]) == (1, 1)
    assert (told[("refund_made", owner.id)], told[("receipt", owner.id)], told[("payout_sent", walker)]) == (1, 1, 1)
