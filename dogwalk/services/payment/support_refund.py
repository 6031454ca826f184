"""A refund that support decided on. Before the transfer the walker's pay becomes smaller, and nothing is reversed; after it
the owner is refunded first, then the transfer reversed. All refunds together never exceed what was captured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.contracts.refund import RefundResult
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payout as payouts
from dogwalk.db.repositories import refund as refunds
from dogwalk.db.repositories import support_task
from dogwalk.domain import ledger
from dogwalk.domain.money import with_currency
from dogwalk.domain.refund import FundedBy, RefundSplit, split_refund, status_after
from dogwalk.errors import Conflict, PaymentError
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked, locked_row
from dogwalk.services.payment.returned_refund import RETURNED
from dogwalk.services.payment.reversal import Reversals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import Change
    from dogwalk.contracts.refund import RefundRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.payment import Payment, Payout, Refund
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, RefundReceipt

REASON = "support"
REFUSED = "refund_refused"
BEFORE_TRANSFER = {"due", "held"}


class Reserved(NamedTuple):
    """`sent`: the walker's pay was under way, or there, when the refund was decided."""

    refund: Refund
    payment: Payment
    payout: Payout | None
    sent: bool
    number: int


class SupportRefunds:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway
        self._reversals = Reversals(database=database, gateway=gateway)

    async def refund(self, request: RefundRequest, *, beside: bool = False) -> RefundResult:
        """Conflict `nothing_captured`, `refund_too_large` (with what is `left`). `beside`: the booking's workflow is over,
        and the fact is numbered among those that come afterwards.
        """
        reserved = await self._reserve(request)
        try:
            receipt = await self._pay_back(reserved)
        except PaymentError as error:
            if not error.retryable:
                await self._give_up(reserved, at=request.change.at)
            raise
        result = await self._book(request, reserved, receipt, beside=beside)
        if reserved.sent and reserved.payout is not None:
            await self._take_back(request, reserved, reserved.payout)
        return result

    async def _reserve(self, request: RefundRequest) -> Reserved:
        """The amount is set aside under the booking's lock, of the owner's money and of the walker's pay alike, before
        anything is asked of Stripe. A repeat finds it set aside; one that Stripe refused is a try of its own.
        """
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            payout = await payouts.of_assignment(session, booking.id, booking.assignment_no, lock=True)
            tries = await refunds.tries_of(session, booking.id, _key(request))
            made = _standing(tries)
            payment = await self._refundable(session, request, made)
            if made is None:
                split = await _split(session, request)
                made = await refunds.reserve(
                    session,
                    payment,
                    idempotency_key=":".join([_key(request), *([str(len(tries) + 1)] if tries else [])]),
                    amount=request.amount,
                    reason=REASON,
                    funded_by=request.funded_by.value,
                    split=split,
                    walker_sent=payout is not None and payout.state not in BEFORE_TRANSFER,
                    at=request.change.at,
                )
                if payout is not None and split.from_walker:
                    await payouts.reduce(session, payout, split.from_walker, sent=made.walker_sent)
            number = await refunds.place_of(session, made)
        return Reserved(refund=made, payment=payment, payout=payout, sent=made.walker_sent, number=number)

    async def _refundable(self, session: AsyncSession, request: RefundRequest, made: Refund | None) -> Payment:
        payment = await refunds.refundable_payment(session, request.change.booking_id)
        if payment is None:
            raise Conflict("Nothing was taken for this booking", code="nothing_captured")
        counted = await refunds.given_back(session, payment.id, but=made.idempotency_key if made else "")
        left = payment.amount_captured - counted
        if request.amount > left:
            raise Conflict("More than is left of what was taken", code="refund_too_large", left=left)
        return payment

    async def _pay_back(self, reserved: Reserved) -> RefundReceipt:
        refund, payment = reserved.refund, reserved.payment
        if payment.payment_intent_id is None:
            raise PaymentError("There is no charge to refund", code="nothing_captured")
        return await self._gateway.refund(
            payment_intent_id=payment.payment_intent_id,
            amount=refund.amount,
            booking_id=str(refund.booking_id),
            key=refund.idempotency_key,
        )

    async def _give_up(self, reserved: Reserved, *, at: datetime) -> None:
        """Stripe refused for good: what was set aside is free again, the walker's pay among it, which was not sent as long
        as that was not known. Who decided on it may not be waiting any more.
        """
        refund = reserved.refund
        async with self._database.transaction() as session:
            await locked_row(session, refund.booking_id)
            if not await refunds.fail(session, refund.id):
                return
            if reserved.payout is not None:
                await payouts.reduce(session, reserved.payout, -refund.from_walker, sent=reserved.sent)
            await support_task.open(
                session,
                key=f"{refund.idempotency_key}:refused",
                kind=REFUSED,
                booking_id=refund.booking_id,
                reason=f"Stripe refused a refund of {with_currency(refund.amount, refund.currency)} for "
                "good: its owner has nothing of it, and nothing was taken from the walker",
                at=at,
            )

    async def _book(
        self, request: RefundRequest, reserved: Reserved, receipt: RefundReceipt, *, beside: bool
    ) -> RefundResult:
        refund, payment, at = reserved.refund, reserved.payment, request.change.at
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            await refunds.paid(session, payment, refund.idempotency_key, refund_id=receipt.refund_id, at=at)
            await ledger_rows.post(session, _journal(request, reserved, receipt))
            for one in await refunds.tries_of(session, booking.id, _key(request)):
                await support_task.settle(session, f"{one.idempotency_key}:refused", resolution="refunded", at=at)
            if refund.of_owed and not await refunds.owed_in_books(session, booking.id):
                await support_task.overtake(session, booking.id, RETURNED, resolution="refunded again", at=at)
            given_back = await refunds.paid_back(session, payment.id)
            status = status_after(captured=payment.amount_captured, refunded=given_back)
            change = request.change
            if beside:
                change = _afterwards(change, reserved.number)
                await bookings.restate_payment(session, booking.id, status.value)
            facts = _facts(change, booking, reserved, beside=beside)
            facts.projection["payment_status"] = status.value
            await facts.write(session)
        receivable = refund.from_walker if reserved.sent else 0
        return RefundResult(
            payment_status=status, refunded=given_back, from_walker=refund.from_walker, receivable=receivable
        )

    async def _take_back(self, request: RefundRequest, reserved: Reserved, payout: Payout) -> None:
        """After the owner has hers. What the walker's account has not got is netted from her next pay."""
        await self._reversals.take_back(payout.id, reserved.refund.from_walker, at=request.change.at)


async def _split(session: AsyncSession, request: RefundRequest) -> RefundSplit:
    booking_id = request.change.booking_id
    charged = await ledger_rows.balances(session, booking_id, kind="charge")
    revenue = (await ledger_rows.balances(session, booking_id)).get(ledger.Account.PLATFORM_REVENUE, 0)
    given_up = await refunds.from_walker(session, booking_id)
    return split_refund(
        amount=request.amount,
        walker_share=-charged.get(ledger.Account.WALKER_PAYABLE, 0) - given_up,
        platform_fee=-revenue,
        funded_by=FundedBy(request.funded_by),
        claw_back=request.claw_back,
        owed=await refunds.owed(session, booking_id),
    )


def _key(request: RefundRequest) -> str:
    return support_refund_key(request.change.booking_id, request.refund_id)


async def standing(session: AsyncSession, booking_id: UUID, refund_id: UUID) -> Refund | None:
    """Set aside, or out; not what Stripe refused."""
    tries = await refunds.tries_of(session, booking_id, support_refund_key(booking_id, refund_id))
    return _standing(tries)


def _standing(tries: Sequence[Refund]) -> Refund | None:
    return next((one for one in tries if one.state != "failed"), None)


def support_refund_key(booking_id: UUID, refund_id: UUID) -> str:
    return f"booking-{booking_id}:support-refund:{refund_id}"


def _journal(request: RefundRequest, reserved: Reserved, receipt: RefundReceipt) -> ledger.Journal:
    refund = reserved.refund
    return ledger.Journal(
        key=refund.idempotency_key,
        booking_id=refund.booking_id,
        kind="support_refund",
        at=request.change.at,
        currency=refund.currency,
        postings=ledger.support_refund(
            amount=refund.amount,
            from_revenue=refund.from_revenue,
            from_walker=refund.from_walker,
            walker_sent=reserved.sent,
            of_owed=refund.of_owed,
        ),
        reference=receipt.refund_id,
    )


def _afterwards(change: Change, number: int) -> Change:
    numbered = change_of(Afterwards.REFUND, number, booking_id=change.booking_id, at=change.at, actor=change.actor)
    return numbered.model_copy(update={"deed": change.deed})


def _facts(change: Change, booking: Booking, reserved: Reserved, *, beside: bool) -> Facts:
    refund, currency = reserved.refund, reserved.refund.currency
    facts = Facts(change=change, beside=beside)
    facts.event("refunded_by_support", audience=[booking.owner_id], refund=money(refund.amount, currency))
    facts.message("refund_made", booking.owner_id, refund=money(refund.amount, currency))
    if refund.from_walker and booking.walker_id is not None:
        less = money(refund.from_walker, currency)
        facts.event("pay_reduced", audience=[booking.walker_id], amount=less)
        facts.message("pay_reduced", booking.walker_id, amount=less)
    return facts
