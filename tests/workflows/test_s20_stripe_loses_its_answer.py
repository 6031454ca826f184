"""S20: Stripe times out after it did the work: exactly one hold, one capture, one transfer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.world import World

HOLD, CAPTURE, TRANSFER = "/v1/payment_intents", "/v1/payment_intents/{id}/capture", "/v1/transfers"
TRIES_OF_THE_LIBRARY = 3


@pytest.mark.parametrize("route", [HOLD, CAPTURE, TRANSFER])
async def test_s20_stripe_loses_its_answer(world: World, route: str) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    await world.control.fault(route=route, method="POST", lost="close", times=TRIES_OF_THE_LIBRARY)
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    await world.closed(booking_id)
    intents = await world.resources.payments.find_holds(customer_id=owner.customer_id, booking_id=str(booking_id))
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [intent.amount_captured for intent in intents] == [2775]
    assert [transfer.amount for transfer in transfers] == [2000]
    assert len(await world.payments(booking_id)) == 1
