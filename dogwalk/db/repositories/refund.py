"""What goes back to owners: set aside, paid, given up, or sent back by the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import Payment, Refund
from dogwalk.domain.payment import PaymentKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.refund import RefundSplit

COUNTS = Refund.state.in_(("due", "paid"))
DECIDED_ON = Refund.state != "failed"  # one that came back has cost whom it has cost


async def tries_of(session: AsyncSession, booking_id: UUID, key: str) -> Sequence[Refund]:
    """All but the last of them Stripe refused: each has a key of its own, for Stripe says a refusal again under the same."""
    named = (Refund.idempotency_key == key) | Refund.idempotency_key.startswith(f"{key}:", autoescape=True)
    return (
        await session.scalars(select(Refund).where(Refund.booking_id == booking_id, named).order_by(Refund.id))
    ).all()


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
    return int(await session.scalar(statement.where(Refund.booking_id == booking_id, DECIDED_ON)) or 0)


async def owed(session: AsyncSession, booking_id: UUID) -> int:
    """What came back of its refunds and goes out with no other yet."""
    return await _owed(session, booking_id, but=DECIDED_ON)


async def owed_in_books(session: AsyncSession, booking_id: UUID) -> int:
    """And with none that is booked: what is set aside may still be refused."""
    return await _owed(session, booking_id, but=Refund.state.in_(("paid", "returned")))


async def _owed(session: AsyncSession, booking_id: UUID, *, but: ColumnElement[bool]) -> int:
    came_back = func.coalesce(func.sum(Refund.amount).filter(Refund.state == "returned"), 0)
    goes_out = func.coalesce(func.sum(Refund.of_owed).filter(but), 0)
    return int(await session.scalar(select(came_back - goes_out).where(Refund.booking_id == booking_id)) or 0)


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
        of_owed=split.of_owed,
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


async def place_of(session: AsyncSession, refund: Refund) -> int:
    """Among all of its booking, from 1."""
    statement = select(func.count()).where(Refund.booking_id == refund.booking_id, Refund.id <= refund.id)
    return int(await session.scalar(statement) or 0)


async def by_refund_id(session: AsyncSession, refund_id: str) -> Refund | None:
    """By Stripe's name for it."""
    return await session.scalar(select(Refund).where(Refund.refund_id == refund_id))


async def paid(session: AsyncSession, payment: Payment, idempotency_key: str, *, refund_id: str, at: datetime) -> None:
    """It is among what the payment has given back; one that came back meanwhile is not."""
    await _move(
        session, Refund.idempotency_key == idempotency_key, "due", state="paid", refund_id=refund_id, paid_at=at
    )
    await count_up(session, payment.id, at=at)


async def come_back(session: AsyncSession, refund: Refund, *, at: datetime) -> bool:
    """False when that is known already."""
    if not await _move(session, Refund.id == refund.id, "paid", state="returned"):
        return False
    await count_up(session, refund.payment_id, at=at)
    return True


async def paid_back(session: AsyncSession, payment_id: UUID) -> int:
    """What the owner has of it again."""
    statement = select(func.coalesce(func.sum(Refund.amount), 0))
    return int(await session.scalar(statement.where(Refund.payment_id == payment_id, Refund.state == "paid")) or 0)


async def count_up(session: AsyncSession, payment_id: UUID, *, at: datetime) -> None:
    """Into the payment."""
    amount = await paid_back(session, payment_id)
    await session.execute(
        update(Payment)
        .where(Payment.id == payment_id)
        .values(amount_refunded=amount, updated_at=at)
        .execution_options(synchronize_session=False)
    )


async def fail(session: AsyncSession, refund_row_id: UUID) -> bool:
    """False when it is over already."""
    return await _move(session, Refund.id == refund_row_id, "due", state="failed")


async def _move(session: AsyncSession, which: ColumnElement[bool], before: str, **values: Any) -> bool:
    result = await session.execute(
        update(Refund)
        .where(which, Refund.state == before)
        .values(**values)
        .returning(Refund.id)
        .execution_options(synchronize_session=False)
    )
    return result.scalar_one_or_none() is not None
