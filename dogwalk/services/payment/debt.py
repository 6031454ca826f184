"""An owner's debt, paid: by its workflow with the card on file, by herself with any card, or by the word of Stripe that
she has confirmed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.contracts.debt import ChargeDebtResult, DebtRequest
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.booking import PaymentStatus
from dogwalk.domain.payment import PaymentKind
from dogwalk.errors import Conflict, NotFound, PaymentError
from dogwalk.ports import HoldStatus
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked_row
from dogwalk.services.payment.charge import note, note_refusal, refusal_code
from dogwalk.services.payment.owing import NUMBER, recover

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import Change
    from dogwalk.contracts.debt import ChargeDebtRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.payment import Payment
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentHold
    from dogwalk.services.payment.charge import Charges

PAID = 0  # numbers of the facts: a try that failed has its own, from 1


class Debts:
    def __init__(self, *, database: Database, charges: Charges) -> None:
        self._database = database
        self._charges = charges

    async def opened(self, booking_id: UUID) -> DebtRequest:
        """What its workflow starts with: the rules that were frozen into the booking."""
        async with self._database.transaction() as session:
            booking = await bookings.get(session, booking_id)
            if booking is None:
                raise NotFound("No such booking")
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
        return DebtRequest(booking_id=booking_id, policy=policy.dunning)

    async def charge(self, request: ChargeDebtRequest) -> ChargeDebtResult:
        """Off session, with the card the owner last gave. She is told of a try in vain."""
        payment = await self._of_booking(request.booking_id)
        if payment.status == HoldStatus.CAPTURED:
            return ChargeDebtResult(paid=True)
        answer = await self._tried(payment, f"dunning-{request.number}")
        tried = change_of(Afterwards.DEBT, request.number, booking_id=request.booking_id, at=request.at)
        return ChargeDebtResult(paid=await self._write(payment, answer, tried))

    async def pay(self, payment: Payment, *, payment_method_id: str, try_key: str, at: datetime) -> None:
        """On session. Conflict `already_paid`. What the bank asks for, or its no, stands in the payment afterwards."""
        if payment.status == HoldStatus.CAPTURED:
            raise Conflict("This is paid already", code="already_paid")
        hold = await self._charges.attempt(
            payment, payment_method_id=payment_method_id, off_session=False, try_key=try_key
        )
        await self._follow(payment, hold, payment_method_id=payment_method_id, at=at)

    async def look_again(self, payment: Payment, *, at: datetime) -> None:
        """Stripe announced something of it: asked, not believed."""
        hold = await self._charges.look(payment)
        if hold is not None:
            await self._follow(payment, hold, at=at)

    async def _of_booking(self, booking_id: UUID) -> Payment:
        async with self._database.transaction() as session:
            payment = await payments.by_number(session, booking_id, NUMBER, kind=PaymentKind.DEBT)
        if payment is None:
            raise NotFound("Nothing is owed for this booking")
        return payment

    async def _tried(self, payment: Payment, try_key: str) -> PaymentHold | PaymentError:
        """An error where Stripe refused the try itself: the card is gone."""
        try:
            return await self._charges.attempt(
                payment, payment_method_id=payment.payment_method_id, off_session=True, try_key=try_key
            )
        except PaymentError as error:
            if error.retryable:
                raise
            return error

    async def _write(self, payment: Payment, answer: PaymentHold | PaymentError, tried: Change) -> bool:
        """Paid meanwhile, it is not asked for again."""
        if not isinstance(answer, PaymentError) and answer.status is HoldStatus.CAPTURED:
            await self._follow(payment, answer, at=tried.at)
            return True
        async with self._database.transaction() as session:
            booking = await locked_row(session, payment.booking_id)
            if await _stands(session, payment, answer, at=tried.at) == HoldStatus.CAPTURED:
                return True
            facts = Facts(change=tried, beside=True)
            facts.event("debt_tried", audience=[booking.owner_id], amount=money(payment.amount, payment.currency))
            facts.message("payment_due", booking.owner_id, amount=money(payment.amount, payment.currency))
            await facts.write(session)
        return False

    async def _follow(
        self, payment: Payment, hold: PaymentHold, *, payment_method_id: str | None = None, at: datetime
    ) -> None:
        async with self._database.transaction() as session:
            booking = await locked_row(session, payment.booking_id)
            await note(session, payment, hold, payment_method_id=payment_method_id, at=at)
            if hold.status is HoldStatus.CAPTURED and await recover(session, booking, payment, hold, at=at):
                await bookings.restate_payment(session, booking.id, PaymentStatus.CAPTURED)
                await _paid(booking, payment, at).write(session)


async def _stands(session: AsyncSession, payment: Payment, answer: PaymentHold | PaymentError, *, at: datetime) -> str:
    if isinstance(answer, PaymentError):
        return await note_refusal(session, payment, code=refusal_code(answer), at=at)
    return await note(session, payment, answer, at=at)


def _paid(booking: Booking, payment: Payment, at: datetime) -> Facts:
    facts = Facts(change=change_of(Afterwards.DEBT, PAID, booking_id=booking.id, at=at), beside=True)
    amount = money(payment.amount, payment.currency)
    facts.event("debt_paid", audience=[booking.owner_id], amount=amount)
    facts.message("debt_paid", booking.owner_id, amount=amount)
    return facts
