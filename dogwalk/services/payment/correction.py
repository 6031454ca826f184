"""A service that costs something else than was collected: the difference is booked, and what is due to its owner paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.booking import CollectResult
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import payout as payouts
from dogwalk.db.repositories import refund as refunds
from dogwalk.domain import ledger
from dogwalk.domain.refund import status_after
from dogwalk.errors import Conflict, PaymentError
from dogwalk.services.booking.attention import calling_for_help
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked
from dogwalk.services.payment.keys import step_key
from dogwalk.services.payment.pay_hold import keep_back_if_asked
from dogwalk.services.payment.refund import BY_VERDICT, FOR_LATENESS, Why, book_refund, owe_refund, refund_key

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import CorrectRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.payment import Payment
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, RefundReceipt


SENT = {"paying", "paid"}


class Corrections:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def correct(self, request: CorrectRequest) -> CollectResult:
        """What was taken stays taken: a refund goes out of it, and the walker's pay follows. Conflict `pay_under_way`: hers
        would be another, and is being sent; a refund takes it back.
        """
        await self._refuse_once_sent(request)
        async with calling_for_help(self._database, request.change.booking_id, trouble=request.trouble):
            return await self._correct(request)

    async def _refuse_once_sent(self, request: CorrectRequest) -> None:
        if request.after.walker_share == request.before.walker_share:
            return
        async with self._database.transaction() as session:
            payout = await payouts.of_assignment(session, request.change.booking_id, request.assignment_no)
        if payout is not None and payout.state in SENT:
            raise Conflict("The walker's pay is under way; refund what is missing", code="pay_under_way")

    async def _correct(self, request: CorrectRequest) -> CollectResult:
        async with self._database.transaction() as session:
            payment = await payments.captured_of(session, request.change.booking_id)
        if payment is None:
            raise PaymentError("Nothing was captured that could be split otherwise", code="nothing_captured")
        receipt = await self._pay_back(request, payment)
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            given_back = await self._book(session, booking, payment, request, receipt)
        status = status_after(captured=payment.amount_captured, refunded=given_back)
        return CollectResult(payment_status=status, captured=payment.amount_captured, refunded=given_back)

    async def _pay_back(self, request: CorrectRequest, payment: Payment) -> RefundReceipt | None:
        amount = _due(request)
        if not (request.is_final and amount) or payment.payment_intent_id is None:
            return None
        return await self._gateway.refund(
            payment_intent_id=payment.payment_intent_id,
            amount=amount,
            booking_id=str(payment.booking_id),
            key=refund_key(payment),
        )

    async def _book(
        self,
        session: AsyncSession,
        booking: Booking,
        payment: Payment,
        request: CorrectRequest,
        receipt: RefundReceipt | None,
    ) -> int:
        """What the owner has again by now."""
        at = request.change.at
        for journal in _journals(request, payment, receipt):
            await ledger_rows.post(session, journal)
        if receipt is None:
            await owe_refund(session, booking.id, amount=_due(request), at=at, why=_why(request))
        else:
            await book_refund(session, payment, receipt, at=at, why=_why(request))
        if request.walker_id is not None:
            await payments.put_payout(
                session,
                booking.id,
                request.assignment_no,
                from_charge=request.after.walker_share,
                from_platform=request.bonus_after,
                walker_id=request.walker_id,
                currency=booking.currency,
                due_at=request.payout_due_at,
                created_at=at,
            )
            await keep_back_if_asked(session, booking)
        given_back = await refunds.paid_back(session, payment.id)
        await _facts(request, booking, payment, receipt, given_back).write(session)
        return given_back


def _due(request: CorrectRequest) -> int:
    """The refund and what a credit is larger than was paid of it; one for which the refund leaves no room is part of it."""
    return request.after.refunded - (request.credit_paid - request.after.late_credit)


def _why(request: CorrectRequest) -> Why:
    return BY_VERDICT if request.after.refunded else FOR_LATENESS


def _journals(request: CorrectRequest, payment: Payment, receipt: RefundReceipt | None) -> list[ledger.Journal]:
    before, after = request.before, request.after
    charge = ledger.charge(
        walker_share=after.walker_share - before.walker_share, platform_fee=after.platform_fee - before.platform_fee
    )
    bonus = ledger.bonus(amount=request.bonus_after - request.bonus_before)
    as_refund = ledger.credit_as_refund(amount=before.late_credit - after.late_credit)
    found = [
        _journal(request, payment, "charge", step_key(payment.booking_id, "charge", request.number), charge),
        _journal(request, payment, "bonus", step_key(payment.booking_id, "bonus", request.number), bonus),
        _journal(
            request,
            payment,
            "credit_as_refund",
            step_key(payment.booking_id, "credit_as_refund", request.number),
            as_refund,
        ),
    ]
    if receipt is not None:
        found.append(_journal(request, payment, "refund", refund_key(payment), ledger.refund(amount=receipt.amount)))
    return found


def _journal(
    request: CorrectRequest, payment: Payment, kind: str, key: str, postings: dict[ledger.Account, int]
) -> ledger.Journal:
    return ledger.Journal(
        key=key,
        booking_id=payment.booking_id,
        kind=kind,
        at=request.change.at,
        currency=payment.currency,
        postings=postings,
        reference=payment.payment_intent_id,
    )


def _facts(
    request: CorrectRequest, booking: Booking, payment: Payment, receipt: RefundReceipt | None, given_back: int
) -> Facts:
    status = status_after(captured=payment.amount_captured, refunded=given_back)
    facts = Facts(change=request.change, projection={"payment_status": status.value})
    currency = booking.currency
    if receipt is not None:
        facts.event(
            f"payment_{status.value}",
            audience=[booking.owner_id],
            captured=money(payment.amount_captured, currency),
            refunded=money(given_back, currency),
        )
        facts.message("refund_made", booking.owner_id, refund=money(receipt.amount, currency))
    elif _due(request):
        facts.event("refund_due", audience=[booking.owner_id], refund=money(_due(request), currency))
    return facts
