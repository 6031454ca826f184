"""S15: six minutes of a walk booked as thirty: short, charged for what was walked, without a minimum."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.world import World


async def test_s15_a_short_walk_is_charged_pro_rata(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    walked = timedelta(minutes=6)
    await world.walk_for(booking_id, walked)
    await world.step(booking_id, "finish", walker, at=(await world.row(booking_id)).starts_at + walked)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    assert row.summary is not None
    assert row.summary["verdict"] == "short"
    assert await world.tasks(booking_id) == {"verdict_short": "open"}
    payment = (await world.payments(booking_id))[0]
    assert (payment.amount_captured, payment.amount_refunded) == (2775, 2775 - 555)
    assert (await world.balances(booking_id))["platform_revenue"] == 400 - 555
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [400]
    told = await world.told(booking_id)
    assert (told[("refund_made", owner.id)], told[("receipt", owner.id)], told[("payout_sent", walker)]) == (1, 1, 1)
