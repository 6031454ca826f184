"""S23: a refund that the owner's bank sends back days later is owed to her, known to support, told once, and can be given
again at nobody's cost.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from dogwalk.contracts.booking import Change
from dogwalk.contracts.refund import RefundRequest
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import StripeEvent
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import stripe_event
from dogwalk.errors import Conflict, PaymentUnknown
from dogwalk.services.payment.announcements import OF_A_REFUND, StripeAnnouncements
from dogwalk.services.payment.support_refund import SupportRefunds
from tests.support.deeds import TOTAL, WALKER_SHARE, booking_asked, events_of

if TYPE_CHECKING:
    from dogwalk.contracts.refund import RefundResult
    from tests.support.world import World

HALF, HERS = 1388, 1000  # half of what was paid, and the walker's part of it


async def test_s23_what_a_verdict_gave_back_comes_back_before_the_close_and_is_given_again(world: World) -> None:
    booking_id, owner, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.walk_for(booking_id, timedelta(minutes=6))
    await world.step(booking_id, "finish", walker)

    async def is_paid_back() -> bool:
        return (await world.state(booking_id)).payment_status == "partially_refunded"

    await world.eventually(is_paid_back)
    given_back = (await world.balances(booking_id))["stripe_balance"] - TOTAL
    [refund_id] = await _refunds_at_stripe(world, booking_id)
    await world.control.send_back(refund_id)
    await _announced(world, refund_id)
    row = await world.row(booking_id)
    assert (row.payment_status, (await world.balances(booking_id))["owner"]) == ("captured", given_back)
    await world.advance(booking_id, timedelta(hours=49))
    assert (await world.status(booking_id, "closed")).payment_status == "captured", "it waits for no bank"
    assert (await world.tasks(booking_id))["refund_returned"] == "open"
    assert (await _refund(world, booking_id, -given_back)).from_walker == 0
    assert (await world.tasks(booking_id))["refund_returned"] == "resolved"
    assert (await world.balanced(booking_id)).payment_status == "partially_refunded"
    told = await world.told(booking_id)
    assert (told[("refund_made", owner.id)], told[("refund_returned", owner.id)]) == (2, 1)


async def test_s23_a_refund_of_supports_comes_back_once_however_often_it_is_announced(world: World) -> None:
    booking_id, owner, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    await world.closed(booking_id)
    await _refund(world, booking_id, HALF)
    [first] = await _refunds_at_stripe(world, booking_id)
    await _announced(world, first)
    assert (await world.told(booking_id))[("refund_returned", owner.id)] == 0, "Stripe says it arrived"
    await world.control.send_back(first)
    for _ in range(2):
        await _announced(world, first)
    balances = await world.balances(booking_id)
    assert (balances["owner"], balances["receivable"], sum(balances.values())) == (-HALF, 0, 0)
    assert [one.amount_refunded for one in await world.payments(booking_id)] == [0]
    assert (await world.row(booking_id)).payment_status == "captured"

    with pytest.raises(Conflict, match="left of what was taken"):
        await _refund(world, booking_id, TOTAL + 1)
    more = await _refund(world, booking_id, HALF + 500)  # what is owed, and 500 of what was kept
    assert (more.from_walker, more.payment_status) == (360, "partially_refunded")
    assert (await world.tasks(booking_id))["refund_returned"] == "resolved"
    second = next(one for one in await _refunds_at_stripe(world, booking_id) if one != first)
    await world.control.send_back(second)
    await _announced(world, second)
    assert (await world.balances(booking_id))["owner"] == -(HALF + 500)
    await _refund(world, booking_id, HALF + 500)
    row = await world.balanced(booking_id)
    assert (row.payment_status, (await world.balances(booking_id))["stripe_balance"]) == (
        "partially_refunded",
        TOTAL - WALKER_SHARE + HERS + 360 - HALF - 500,
    )
    told, walker_told = await world.told(booking_id), ("pay_reduced", walker)
    assert (told[("refund_made", owner.id)], told[("refund_returned", owner.id)], told[walker_told]) == (3, 2, 2)
    assert [event.type for event in await events_of(world, booking_id)].count("refund_returned") == 2


async def test_s23_a_booking_closes_while_nobody_knows_whether_what_came_back_went_out_again(world: World) -> None:
    booking_id, _, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)

    async def is_captured() -> bool:
        return (await world.state(booking_id)).payment_status == "captured"

    await world.eventually(is_captured)
    await _refund(world, booking_id, HALF)
    [refund_id] = await _refunds_at_stripe(world, booking_id)
    await world.control.send_back(refund_id)
    await _announced(world, refund_id)
    again = _asked(world, booking_id, HALF)
    await world.control.fault(route="/v1/refunds", method="POST", status=500, times=3)
    with pytest.raises(PaymentUnknown):
        await _refund(world, booking_id, HALF, again)
    await world.advance(booking_id, timedelta(hours=49))
    await world.status(booking_id, "closed")
    assert (await world.balances(booking_id))["owner"] == -HALF
    await _refund(world, booking_id, HALF, again)
    assert (await world.balanced(booking_id)).payment_status == "partially_refunded"


def _asked(world: World, booking_id: UUID, amount: int) -> RefundRequest:
    change = Change(booking_id=booking_id, version=0, at=world.now(), actor="support")
    return RefundRequest(change=change, refund_id=uuid4(), amount=amount, claw_back=True)


async def _refund(world: World, booking_id: UUID, amount: int, request: RefundRequest | None = None) -> RefundResult:
    request = request or _asked(world, booking_id, amount)
    refunds = SupportRefunds(database=world.resources.database, gateway=world.resources.payments)
    return await refunds.refund(request, beside=True)


async def _refunds_at_stripe(world: World, booking_id: UUID) -> list[str]:
    async with world.resources.database.transaction() as session:
        made = await payments.refunds_of(session, booking_id)
    return [one.refund_id for one in made if one.refund_id is not None]


async def _announced(world: World, refund_id: str) -> None:
    """Every event Stripe has for it, worked off as the relay does."""
    async with world.resources.database.transaction() as session:
        for kind in OF_A_REFUND:
            now = world.resources.clock.now()
            event = {"source": "test", "type": kind, "payload": {}, "received_at": now - timedelta(days=60)}
            session.add(StripeEvent(id=f"evt_{uuid7()}", object_id=refund_id, **event))
    announced = StripeAnnouncements(database=world.resources.database, gateway=world.resources.payments, livemode=False)
    running: Any = world.running
    await announced.work_off(running, world.debts, at=world.now())
    async with world.resources.database.transaction() as session:
        assert list(await stripe_event.pending(session, limit=10)) == []
