"""Authorisation holds. The row stands before Stripe is called; a repeat asks Stripe what became of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from dogwalk.contracts.booking import HoldResult
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.domain import ledger
from dogwalk.domain.booking import PaymentStatus
from dogwalk.errors import NotFound, PaymentError
from dogwalk.ports import HoldStatus, PaymentHold
from dogwalk.services.booking.facts import Facts
from dogwalk.services.payment.charge import left_behind, refusal_code
from dogwalk.services.payment.keys import step_key
from dogwalk.services.payment.release import Releases, release_journal

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import AuthorizeRequest, Change, RefreshHoldRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.payment import Payment
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway

logger = logging.getLogger(__name__)

AFTER_AUTHORIZE = {
    HoldStatus.HELD: PaymentStatus.HELD,
    HoldStatus.CAPTURED: PaymentStatus.HELD,
    HoldStatus.ACTION_REQUIRED: PaymentStatus.ACTION_REQUIRED,
    HoldStatus.DECLINED: PaymentStatus.FAILED,
    HoldStatus.CANCELED: PaymentStatus.FAILED,
}
ACTION = {HoldStatus.ACTION_REQUIRED: "authenticate", HoldStatus.DECLINED: "new_card", HoldStatus.CANCELED: "new_card"}


class Holds:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway
        self._releases = Releases(database=database, gateway=gateway)

    async def authorize(self, request: AuthorizeRequest) -> HoldResult:
        """PaymentUnknown when Stripe gave no answer: the next try finds what it did. What Stripe refuses before there is
        anything to hold with is a declined card too: the owner must give another.
        """
        booking, payment, is_new = await self._reserve(request)
        hold = None if is_new else await left_behind(self._gateway, payment)
        try:
            hold = hold or await self._ask(request, booking, payment)
        except PaymentError as error:
            if error.retryable:
                raise
            return await self._refused(request, payment, error)
        return await self._record(request, payment, hold, request.action_expires_at)

    async def _ask(self, request: AuthorizeRequest, booking: Booking, payment: Payment) -> PaymentHold:
        return await self._gateway.authorize(
            customer_id=booking.customer_id,
            payment_method_id=request.payment_method_id,
            amount=payment.amount,
            currency=booking.currency,
            booking_id=str(booking.id),
            off_session=request.off_session,
            key=payment.idempotency_key,
        )

    async def _refused(self, request: AuthorizeRequest, payment: Payment, error: PaymentError) -> HoldResult:
        code = refusal_code(error)
        logger.warning("a hold was refused before there was one: %s", code)
        change, status = request.change, HoldStatus.DECLINED
        async with self._database.transaction() as session:
            await payments.record(session, payment.id, status=status.value, decline_code=code, updated_at=change.at)
            booking = await bookings.get(session, change.booking_id, lock=True)
            if booking is not None:
                await _written(request, booking, payment, status, request.action_expires_at).write(session)
        return HoldResult(status=status.value)

    async def refresh(self, request: RefreshHoldRequest) -> HoldResult:
        """After 3-D Secure: what Stripe says of the hold now. What was known already is told again only as a reminder."""
        async with self._database.transaction() as session:
            payment = await payments.by_number(session, request.change.booking_id, request.number)
        if payment is None or payment.payment_intent_id is None:
            raise NotFound("There is no hold to ask for")
        hold = await self._gateway.get_hold(payment_intent_id=payment.payment_intent_id)
        if hold.status == payment.status and request.remind_until is None:
            return _result(hold)
        return await self._record(request, payment, hold, request.remind_until)

    async def _reserve(self, request: AuthorizeRequest) -> tuple[Booking, Payment, bool]:
        change = request.change
        async with self._database.transaction() as session:
            booking = await bookings.get(session, change.booking_id)
            if booking is None:
                raise NotFound("No such booking")
            payment, is_new = await payments.reserve(
                session,
                booking_id=booking.id,
                number=request.number,
                idempotency_key=step_key(booking.id, "hold", request.number),
                customer_id=booking.customer_id,
                payment_method_id=request.payment_method_id,
                amount=request.amount or booking.total,
                currency=booking.currency,
                created_at=change.at,
                updated_at=change.at,
            )
            return booking, payment, is_new

    async def _record(
        self,
        request: AuthorizeRequest | RefreshHoldRequest,
        payment: Payment,
        hold: PaymentHold,
        action_expires_at: datetime | None,
    ) -> HoldResult:
        change = request.change
        if hold.amount != payment.amount:
            raise PaymentError("Stripe holds another amount than was asked for", code="hold_amount_differs")
        async with self._database.transaction() as session:
            await _update_row(session, payment, hold, change.at)
            if hold.status is HoldStatus.HELD:
                await ledger_rows.post(session, _hold_journal(payment, hold, change.at))
            elif payment.status == HoldStatus.HELD and hold.status is HoldStatus.CANCELED:
                await ledger_rows.post(session, release_journal(payment, change.at))
            booking = await bookings.get(session, change.booking_id, lock=True)
            if booking is not None:
                await _written(request, booking, payment, hold.status, action_expires_at).write(session)
        if request.replaces is not None and hold.status is HoldStatus.HELD:
            await self._let_go(change, request.replaces)
        return _result(hold)

    async def _let_go(self, change: Change, number: int) -> None:
        """Only now that another one stands."""
        async with self._database.transaction() as session:
            replaced = await payments.by_number(session, change.booking_id, number)
        if replaced is not None and replaced.status == HoldStatus.HELD:
            await self._releases.release(replaced, at=change.at)


def _result(hold: PaymentHold) -> HoldResult:
    return HoldResult(status=hold.status.value, capture_before=hold.capture_before)


async def _update_row(session: AsyncSession, payment: Payment, hold: PaymentHold, at: datetime) -> None:
    await payments.record(
        session,
        payment.id,
        payment_intent_id=hold.payment_intent_id,
        charge_id=hold.charge_id,
        status=hold.status.value,
        decline_code=hold.decline_code,
        capture_before=hold.capture_before,
        updated_at=at,
    )


def _hold_journal(payment: Payment, hold: PaymentHold, at: datetime) -> ledger.Journal:
    return ledger.Journal(
        key=payment.idempotency_key,
        booking_id=payment.booking_id,
        kind="hold",
        at=at,
        currency=payment.currency,
        postings=ledger.hold(amount=hold.amount),
        reference=hold.payment_intent_id,
    )


def _written(
    request: AuthorizeRequest | RefreshHoldRequest,
    booking: Booking,
    payment: Payment,
    status: HoldStatus,
    action_expires_at: datetime | None,
) -> Facts:
    """While another hold stands the booking is held, whatever became of this one."""
    facts = _facts(request.change, booking, payment, status, action_expires_at)
    if request.replaces is not None:
        facts.projection["payment_status"] = PaymentStatus.HELD.value
    return facts


def _facts(
    change: Change, booking: Booking, payment: Payment, status: HoldStatus, action_expires_at: datetime | None
) -> Facts:
    kind = ACTION.get(status)
    facts = Facts(
        change=change,
        projection={
            "payment_status": AFTER_AUTHORIZE[status].value,
            "payment_method_id": payment.payment_method_id,
            "payment_action_kind": kind,
            "payment_action_expires_at": action_expires_at if kind else None,
        },
    )
    expires: dict[str, Any] = {"expires_at": action_expires_at.isoformat()} if action_expires_at else {}
    if kind is None:
        facts.event("payment_held", audience=[booking.owner_id])
    elif kind == "authenticate":
        facts.event("payment_action_required", audience=[booking.owner_id], **expires)
        if expires:
            facts.message("payment_action_required", booking.owner_id, **expires)
    else:
        facts.event("card_declined", audience=[booking.owner_id], **expires)
        facts.message("card_declined", booking.owner_id, **expires)
    return facts
