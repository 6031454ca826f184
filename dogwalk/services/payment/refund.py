"""What a verdict gives back, or lateness that it shows: booked as due, paid once the evidence is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import refund as refunds
from dogwalk.services.payment.keys import step_key

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.payment import Payment
    from dogwalk.ports import RefundReceipt


class Why(NamedTuple):
    reason: str
    funded_by: str


BY_VERDICT = Why("verdict", "charge")
FOR_LATENESS = Why("late", "platform")


def refund_key(payment: Payment) -> str:
    return step_key(payment.booking_id, "refund", payment.number)


async def owe_refund(
    session: AsyncSession, booking_id: UUID, *, amount: int, at: datetime, why: Why = BY_VERDICT
) -> None:
    """Due from now on; nothing when the verdict gives nothing back any more."""
    payment = await payments.captured_of(session, booking_id)
    if payment is not None:
        await payments.put_due_refund(
            session, payment, idempotency_key=refund_key(payment), amount=amount, at=at, **why._asdict()
        )


async def book_refund(
    session: AsyncSession, payment: Payment, receipt: RefundReceipt, *, at: datetime, why: Why
) -> None:
    """What was due is paid."""
    await payments.put_due_refund(
        session, payment, idempotency_key=refund_key(payment), amount=receipt.amount, at=at, **why._asdict()
    )
    await refunds.paid(session, payment, refund_key(payment), refund_id=receipt.refund_id, at=at)
