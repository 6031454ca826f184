"""What no hold could pay: the owner's debt. Its payment is opened with the end of the service, and paid when it can be.
Less than a card is charged is no debt: it is waived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.domain import ledger
from dogwalk.domain.least_charge import least_charge
from dogwalk.domain.payment import PaymentKind
from dogwalk.services.payment.keys import step_key

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.payment import Payment
    from dogwalk.ports import PaymentHold

NUMBER = 1  # a service ends once


async def owe(session: AsyncSession, booking: Booking, amount: int, *, at: datetime) -> int:
    """With the booking locked: how much of it is a debt now, all or nothing. The walker is paid all the same."""
    if amount < least_charge(booking.currency):
        await _bear(session, booking, amount, kind="waiver", at=at)
        return 0
    await _open(session, booking, amount, at=at)
    return amount


async def _open(session: AsyncSession, booking: Booking, amount: int, *, at: datetime) -> None:
    payment, _ = await payments.reserve(
        session,
        booking_id=booking.id,
        kind=PaymentKind.DEBT.value,
        number=NUMBER,
        idempotency_key=step_key(booking.id, PaymentKind.DEBT, NUMBER),
        customer_id=booking.customer_id,
        payment_method_id=booking.payment_method_id,
        amount=amount,
        currency=booking.currency,
        created_at=at,
        updated_at=at,
    )
    await ledger_rows.post(
        session,
        ledger.Journal(
            key=payment.idempotency_key,
            booking_id=booking.id,
            kind="debt",
            at=at,
            currency=booking.currency,
            postings=ledger.debt(amount=amount),
        ),
    )


async def forgive(session: AsyncSession, booking: Booking, credit: int, *, at: datetime) -> None:
    """With the booking locked: what the platform owes the owner for a late walker is not asked for."""
    await _bear(session, booking, credit, kind="late_credit", at=at)


async def _bear(session: AsyncSession, booking: Booking, amount: int, *, kind: str, at: datetime) -> None:
    """The platform does, instead of the owner."""
    await ledger_rows.post(
        session,
        ledger.Journal(
            key=step_key(booking.id, kind),
            booking_id=booking.id,
            kind=kind,
            at=at,
            currency=booking.currency,
            postings=ledger.forgiven(amount=amount),
        ),
    )


async def write_off(session: AsyncSession, booking: Booking, *, at: datetime) -> None:
    """With the booking locked, at its close: from here on a debt that is paid lowers the platform's cost."""
    debt = await payments.by_number(session, booking.id, NUMBER, kind=PaymentKind.DEBT)
    owed = debt.amount - debt.amount_captured if debt else 0
    await ledger_rows.post(
        session,
        ledger.Journal(
            key=step_key(booking.id, "write-off"),
            booking_id=booking.id,
            kind="write_off",
            at=at,
            currency=booking.currency,
            postings=ledger.write_off(amount=owed),
        ),
    )


async def recover(
    session: AsyncSession, booking: Booking, payment: Payment, hold: PaymentHold, *, at: datetime
) -> bool:
    """With the booking locked: paid before the close, or after it. False when that is booked already."""
    written_off = await ledger_rows.is_posted(session, step_key(booking.id, "write-off"))
    return await ledger_rows.post(
        session,
        ledger.Journal(
            key=f"{payment.idempotency_key}:capture",
            booking_id=booking.id,
            kind="capture",
            at=at,
            currency=booking.currency,
            postings=ledger.recovery(amount=payment.amount, written_off=written_off),
            reference=hold.payment_intent_id,
        ),
    )
