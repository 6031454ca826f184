"""S23: support refunds, before the transfer (nothing is reversed) and after it (refund, then reversal; a receivable of a
walker who has not got it, netted from her next pay).
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from dogwalk.contracts.booking import Change
from dogwalk.contracts.refund import RefundRequest, RefundResult
from dogwalk.contracts.support import RefundByHand
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import payout as payouts
from dogwalk.db.repositories import walker_record
from dogwalk.domain.refund import FundedBy
from dogwalk.errors import Conflict, PaymentError, PaymentUnknown
from dogwalk.services.booking.parties import locked_row
from dogwalk.services.payment.reversal import Reversals
from dogwalk.services.payment.support_refund import Reserved, SupportRefunds
from tests.support.deeds import with_grant

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.db.models.payment import Payout
    from tests.support.people import Owner
    from tests.support.world import World

TOTAL, SHARE, FEE = 2775, 2000, 775
HALF, HERS = 1388, 1000  # half of what was paid, and the walker's part of it


async def test_s23_before_the_transfer_nothing_is_reversed(world: World) -> None:
    booking_id, owner, walker = await _walked(world)
    result = await _refund(world, booking_id, HALF)
    assert (result.payment_status, result.from_walker, result.receivable) == ("partially_refunded", HERS, 0)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    assert await _transfers(world, booking_id) == [(SHARE - HERS, 0)]
    balances = await world.balances(booking_id)
    assert (balances["platform_revenue"], balances["stripe_balance"]) == (HALF - HERS - FEE, FEE - (HALF - HERS))
    told = await world.told(booking_id)
    assert (told[("refund_made", owner.id)], told[("pay_reduced", walker)], told[("payout_sent", walker)]) == (1, 1, 1)


async def test_s23_after_the_transfer_the_owner_is_refunded_then_the_walker_reversed(world: World) -> None:
    booking_id, _, _ = await _walked(world)
    await world.closed(booking_id)
    result = await _refund(world, booking_id, HALF)
    assert (result.from_walker, result.receivable) == (HERS, HERS)
    assert await _transfers(world, booking_id) == [(SHARE, HERS)]
    asked = [one["route"] for one in (await world.control.requests())["requests"] if one["method"] == "POST"]
    assert asked.index("/v1/refunds") < asked.index("/v1/transfers/{id}/reversals")
    await _holds(world, booking_id, refunded=HALF, transferred=SHARE, reversed_=HERS)
    assert (await world.row(booking_id)).payment_status == "partially_refunded"


async def test_s23_a_walker_without_a_balance_owes_it_and_it_is_netted_from_her_next_pay(world: World) -> None:
    booking_id, _, walker = await _walked(world)
    await world.closed(booking_id)
    await world.control.add_balance(-SHARE, account=await _account(world, walker))
    await _refund(world, booking_id, TOTAL)
    assert await _transfers(world, booking_id) == [(SHARE, 0)]
    assert (await world.balances(booking_id))["receivable"] == SHARE
    assert (await _payout(world, booking_id)).amount_receivable == SHARE
    world.clock.offset = timedelta(0)  # the next workflow's clock begins anew
    next_id, _, _ = await _walked(world, walker)
    await world.closed(next_id)
    assert await _transfers(world, booking_id) == [(SHARE, SHARE)]
    assert await _transfers(world, next_id) == [(SHARE, 0)]
    assert (await world.balances(booking_id))["receivable"] == 0
    payout = await _payout(world, booking_id)
    assert (payout.amount_receivable, payout.amount_reversed) == (0, SHARE)
    await _holds(world, booking_id, refunded=TOTAL, transferred=SHARE, reversed_=SHARE)


async def test_s23_goodwill_takes_nothing_from_the_walker(world: World) -> None:
    booking_id, _, walker = await _walked(world)
    await _refund(world, booking_id, 500, funded_by=FundedBy.PLATFORM)
    await world.closed(booking_id)
    assert await _transfers(world, booking_id) == [(SHARE, 0)]
    assert (await world.balances(booking_id))["platform_cost"] == 500
    assert (await world.told(booking_id))[("pay_reduced", walker)] == 0


async def test_s23_all_refunds_together_never_exceed_what_was_captured(world: World) -> None:
    booking_id, owner, _ = await _walked(world)
    first = await _refund(world, booking_id, HALF)
    with pytest.raises(Conflict) as refused:
        await _refund(world, booking_id, HALF)
    assert (refused.value.code, refused.value.extra["left"]) == ("refund_too_large", TOTAL - HALF)
    last = await _refund(world, booking_id, TOTAL - HALF)
    assert (first.payment_status, last.payment_status, last.refunded) == ("partially_refunded", "refunded", TOTAL)
    await world.closed(booking_id)
    assert await _transfers(world, booking_id) == []
    [intent] = await world.resources.payments.find_holds(customer_id=owner.customer_id, booking_id=str(booking_id))
    assert intent.amount_captured == TOTAL
    assert (await world.balances(booking_id))["stripe_balance"] == 0


@pytest.mark.parametrize("route", ["/v1/refunds", "/v1/transfers/{id}/reversals"])
async def test_s23_a_lost_answer_moves_nothing_twice(world: World, route: str) -> None:
    booking_id, _, _ = await _walked(world)
    await world.closed(booking_id)
    await world.control.fault(route=route, method="POST", lost="close", times=3)
    request = _request(world, booking_id, HALF)
    refunds = _refunds(world)
    with pytest.raises(Exception, match="did not answer"):
        await refunds.refund(request, beside=True)
    await refunds.refund(request, beside=True)
    await refunds.refund(request, beside=True)
    assert await _transfers(world, booking_id) == [(SHARE, HERS)]
    await _holds(world, booking_id, refunded=HALF, transferred=SHARE, reversed_=HERS)


async def test_s23_what_others_take_back_meanwhile_is_not_taken_twice(world: World) -> None:
    """Her other pay goes out while Stripe cannot refund, and three at once when she owes it: one half comes back, once."""
    booking_id, _, walker = await _walked(world)
    await world.closed(booking_id)
    refunds = _refunds(world)
    reversals = Reversals(database=world.resources.database, gateway=world.resources.payments)
    request = _request(world, booking_id, HALF)
    await world.control.fault(route="/v1/refunds", method="POST", status=500, times=3)
    with pytest.raises(PaymentUnknown):
        await refunds.refund(request, beside=True)
    assert await reversals.net(walker, "usd", up_to=SHARE, at=world.now()) == 0, "the owner comes first"
    account, later = await _account(world, walker), world.now() + timedelta(hours=1)
    await world.control.add_balance(-SHARE, account=account)
    await refunds.refund(request, beside=True)
    await world.control.add_balance(SHARE, account=account)
    at_once = [reversals.net(walker, "usd", up_to=SHARE, at=later) for _ in range(3)]
    await asyncio.gather(*at_once, return_exceptions=True)
    await refunds.refund(request, beside=True)
    assert await _transfers(world, booking_id) == [(SHARE, HERS)]
    payout = await _payout(world, booking_id)
    assert (payout.amount_receivable, payout.amount_reversed) == (0, HERS)
    await _holds(world, booking_id, refunded=HALF, transferred=SHARE, reversed_=HERS)


async def test_s23_a_refund_stripe_refuses_in_the_end_costs_the_walker_nothing(world: World) -> None:
    """Stripe cannot be heard while her pay falls due, so that it waits; then the refund is refused for good."""
    booking_id, owner, walker = await _walked(world)
    refunds, request = _refunds(world), _request(world, booking_id, HALF)
    await world.control.fault(route="/v1/refunds", method="POST", status=500, times=3)
    with pytest.raises(PaymentUnknown):
        await refunds.refund(request, beside=True)
    await world.advance(booking_id, timedelta(hours=49))

    async def waits() -> bool:
        return (await world.row(booking_id)).needs_attention == "payout_held"

    await world.eventually(waits)
    assert await _transfers(world, booking_id) == []
    await world.control.fault(route="/v1/refunds", method="POST", status=400)
    said = RefundByHand(reason="dog was wet", refund_id=request.refund_id, amount=HALF, claw_back=True)
    assert await world.refused(booking_id, "refund", with_grant(world, "refund", booking_id, said)) == "payment_error"
    row = await world.balanced(booking_id)  # at once, not when the day is over
    assert (row.payment_status, row.needs_attention) == ("captured", None)
    assert await _transfers(world, booking_id) == [(SHARE, 0)]
    assert await world.tasks(booking_id) == {"refund_refused": "open"}
    told = await world.told(booking_id)
    assert (told[("refund_made", owner.id)], told[("pay_reduced", walker)], told[("payout_sent", walker)]) == (0, 0, 1)
    for _ in range(2):  # asked for again it is another try, and that one is found again
        assert (await refunds.refund(request, beside=True)).from_walker == HERS
    assert await _transfers(world, booking_id) == [(SHARE, HERS)]
    assert await world.tasks(booking_id) == {"refund_refused": "resolved"}
    await _holds(world, booking_id, refunded=HALF, transferred=SHARE, reversed_=HERS)


class GivesUpLate(SupportRefunds):
    """Another refund of the booking has begun since Stripe refused this one."""

    async def _give_up(self, reserved: Reserved, *, at: datetime) -> None:
        booking_id = reserved.refund.booking_id
        async with self._database.transaction() as session:
            await locked_row(session, booking_id)
            given_up = asyncio.create_task(super()._give_up(reserved, at=at))
            await asyncio.wait_for(self._somebody_waits(), 10)
            await payouts.of_assignment(session, booking_id, 1, lock=True)
        await given_up

    async def _somebody_waits(self) -> None:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        is_waiting = False
        while not is_waiting:
            async with self._database.transaction() as session:
                is_waiting = bool(await session.scalar(text(waiting)))


async def test_s23_a_refund_given_up_and_another_one_lock_the_booking_first(world: World) -> None:
    booking_id, _, _ = await _walked(world)
    await world.control.fault(route="/v1/refunds", method="POST", status=400)
    refunds = GivesUpLate(database=world.resources.database, gateway=world.resources.payments)
    with pytest.raises(PaymentError):
        await refunds.refund(_request(world, booking_id, HALF), beside=True)
    assert await world.tasks(booking_id) == {"refund_refused": "open"}


async def _walked(world: World, walker: UUID | None = None) -> tuple[UUID, Owner, UUID]:
    """Finished and paid for; the walker's pay is due in two days."""
    owner = await world.town.owner()
    walker = walker or await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3), preferred_walker_ids=[walker])
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)

    async def captured() -> bool:
        return (await world.state(booking_id)).payment_status == "captured"

    await world.eventually(captured)
    return booking_id, owner, walker


def _refunds(world: World) -> SupportRefunds:
    return SupportRefunds(database=world.resources.database, gateway=world.resources.payments)


def _request(
    world: World, booking_id: UUID, amount: int, funded_by: FundedBy = FundedBy.CHARGE, *, claw_back: bool = True
) -> RefundRequest:
    change = Change(booking_id=booking_id, version=0, at=world.now(), actor="support")
    return RefundRequest(change=change, refund_id=uuid4(), amount=amount, funded_by=funded_by, claw_back=claw_back)


async def _refund(
    world: World, booking_id: UUID, amount: int, *, funded_by: FundedBy = FundedBy.CHARGE
) -> RefundResult:
    return await _refunds(world).refund(_request(world, booking_id, amount, funded_by), beside=True)


async def _transfers(world: World, booking_id: UUID) -> list[tuple[int, int]]:
    """(sent, taken back)"""
    made = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    return [(transfer.amount, transfer.amount_reversed) for transfer in made]


async def _account(world: World, walker: UUID) -> str:
    async with world.resources.database.transaction() as session:
        account = await walker_record.payout_account(session, walker)
    assert account is not None
    return account


async def _payout(world: World, booking_id: UUID) -> Payout:
    async with world.resources.database.transaction() as session:
        [payout] = await payments.payouts_of(session, booking_id)
    return payout


async def _holds(world: World, booking_id: UUID, *, refunded: int, transferred: int, reversed_: int) -> None:
    """captured + platform_cost = refunded + transferred − reversed + platform_revenue, with nothing left open."""
    balances = await world.balances(booking_id)
    assert sum(balances.values()) == 0
    kept = -balances["platform_revenue"]
    assert TOTAL + balances.get("platform_cost", 0) == refunded + transferred - reversed_ + kept
