"""What goes back to owners: set aside, paid, or given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import Payment, Refund
from dogwalk.domain.payment import PaymentKind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.refund import RefundSplit

COUNTS = Refund.state != "failed"


async def by_key(session: AsyncSession, idempotency_key: str) -> Refund | None:
    return await session.scalar(select(Refund).where(Refund.idempotency_key == idempotency_key))


async def refundable_payment(session: AsyncSession, booking_id: UUID) -> Payment | None:
    """What the service was paid with: its hold, or the debt that took its place. A tip is somebody's gift."""
    statement = (
        select(Payment)
        .where(Payment.booking_id == booking_id, Payment.kind != PaymentKind.TIP, Payment.amount_captured > 0)
        .order_by(Payment.created_at)
        .limit(1)
    )
    return await session.scalar(statement)


async def given_back(session: AsyncSession, payment_id: UUID, *, but: str = "") -> int:
    """Paid, due or set aside, of this payment; without the one named."""
    statement = select(func.coalesce(func.sum(Refund.amount), 0))
    found = await session.scalar(
        statement.where(Refund.payment_id == payment_id, COUNTS, Refund.idempotency_key != but)
    )
    return int(found or 0)


async def from_walker(session: AsyncSession, booking_id: UUID) -> int:
    """What she has given up of her share already."""
    statement = select(func.coalesce(func.sum(Refund.from_walker), 0))
    return int(await session.scalar(statement.where(Refund.booking_id == booking_id, COUNTS)) or 0)


async def reserve(
    session: AsyncSession,
    payment: Payment,
    *,
    idempotency_key: str,
    amount: int,
    reason: str,
    funded_by: str,
    split: RefundSplit,
    walker_sent: bool,
    at: datetime,
) -> Refund:
    """With the booking locked."""
    refund = Refund(
        id=uuid7(),
        booking_id=payment.booking_id,
        payment_id=payment.id,
        idempotency_key=idempotency_key,
        amount=amount,
        from_walker=split.from_walker,
        from_revenue=split.from_revenue,
        walker_sent=walker_sent,
        currency=payment.currency,
        reason=reason,
        funded_by=funded_by,
        state="due",
        created_at=at,
    )
    session.add(refund)
    await session.flush()
    return refund


async def number_of(session: AsyncSession, refund: Refund) -> int:
    """Its place among those of its booking and reason, from 1."""
    statement = select(func.count()).where(
        Refund.booking_id == refund.booking_id, Refund.reason == refund.reason, Refund.id <= refund.id
    )
    return int(await session.scalar(statement) or 0)


async def paid(session: AsyncSession, payment: Payment, refund_row_id: UUID, *, refund_id: str, at: datetime) -> None:
    """It is among what the payment has given back."""
    await session.execute(
        update(Refund)
        .where(Refund.id == refund_row_id)
        .values(state="paid", refund_id=refund_id, paid_at=at)
        .execution_options(synchronize_session=False)
    )
    sum_paid = select(func.sum(Refund.amount)).where(Refund.payment_id == payment.id, Refund.state == "paid")
    await session.execute(
        update(Payment)
        .where(Payment.id == payment.id)
        .values(amount_refunded=sum_paid.scalar_subquery(), updated_at=at)
        .execution_options(synchronize_session=False)
    )


async def fail(session: AsyncSession, refund_row_id: UUID) -> bool:
    """False when it is over already."""
    result = await session.execute(
        update(Refund)
        .where(Refund.id == refund_row_id, Refund.state == "due")
        .values(state="failed")
        .returning(Refund.id)
        .execution_options(synchronize_session=False)
    )
    return result.scalar_one_or_none() is not None
