"""S07: the owner cancels once the walker is on the way: all is kept, the walker is paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.world import World


async def test_s07_owner_cancels_after_on_the_way(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, timedelta(hours=2, minutes=30))
    await world.step(booking_id, "on_the_way", walker)
    await world.cancel(booking_id, owner, fee=2775)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [2775]
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [2000]
    told = await world.told(booking_id)
    assert told[("booking_cancelled", walker)] == told[("payout_sent", walker)] == 1
