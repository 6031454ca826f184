"""A walker's pay, as she reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from dogwalk.db.models.payment import Payout, Refund

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

AMOUNT = (
    Payout.amount_from_charge
    + Payout.amount_from_platform
    - Payout.amount_deducted
    - Payout.amount_receivable
    - Payout.amount_reversed
)
UNDER_WAY = ("due", "paying")
LOST = ("void", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Minor units of one currency."""

    currency: str
    walks: int
    earned: int
    paid: int


async def of_assignment(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, lock: bool = False
) -> Payout | None:
    """Who locks it decides whether the walker's pay is under way yet."""
    statement = select(Payout).where(Payout.booking_id == booking_id, Payout.assignment_no == assignment_no)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def platform_owes(session: AsyncSession, *, by: datetime) -> dict[str, int]:
    """What is to be sent until then with no charge behind it, by currency. A deduction is taken off the charge first."""
    total = Payout.amount_from_charge + Payout.amount_from_platform - Payout.amount_deducted
    ours = func.greatest(func.least(Payout.amount_from_platform, total), 0)
    statement = (
        select(Payout.currency, func.sum(ours))
        .where(Payout.state.in_(UNDER_WAY), Payout.due_at <= by, Payout.platform_transfer_id.is_(None))
        .group_by(Payout.currency)
    )
    return {currency: int(amount) for currency, amount in await session.execute(statement)}


async def move(session: AsyncSession, booking_id: UUID, before: str, after: str) -> None:
    """Those in the state `before`; what has moved on stays."""
    await session.execute(
        update(Payout)
        .where(Payout.booking_id == booking_id, Payout.state == before)
        .values(state=after)
        .execution_options(synchronize_session=False)
    )


async def reduce(session: AsyncSession, payout: Payout, amount: int, *, sent: bool) -> None:
    """Less will be sent; or it was `sent`, and is to come back. Negative: as if it had never been said."""
    column = Payout.amount_receivable if sent else Payout.amount_deducted
    await _change(session, payout.id, {column.key: column + amount})


async def taken_back(session: AsyncSession, payout_id: UUID, amount: int) -> None:
    await _change(
        session,
        payout_id,
        {
            "amount_receivable": Payout.amount_receivable - amount,
            "amount_reversed": Payout.amount_reversed + amount,
        },
    )


async def to_take_back(session: AsyncSession, payout_id: UUID) -> tuple[Payout, int]:
    """As it stands, and what of it may be asked for now: an owner who waits for her money comes first."""
    payout = await session.get_one(Payout, payout_id)
    statement = select(func.coalesce(func.sum(Refund.from_walker), 0))
    unpaid = statement.where(Refund.booking_id == payout.booking_id, Refund.state == "due", Refund.walker_sent)
    return payout, payout.amount_receivable - int(await session.scalar(unpaid) or 0)


async def receivable_of(session: AsyncSession, walker_id: UUID, currency: str) -> Sequence[Payout]:
    """What she was sent and owes back, oldest first."""
    statement = select(Payout).where(
        Payout.walker_id == walker_id, Payout.currency == currency, Payout.amount_receivable > 0
    )
    return (await session.scalars(statement.order_by(Payout.due_at))).all()


async def _change(session: AsyncSession, payout_id: UUID, values: dict[str, Any]) -> None:
    statement = update(Payout).where(Payout.id == payout_id).values(values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def page_for(
    session: AsyncSession, walker_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Payout]:
    """The latest due first; `before` is the last row of the page already seen, as (due_at, id)."""
    statement = select(Payout).where(Payout.walker_id == walker_id)
    if before:
        statement = statement.where(func.row(Payout.due_at, Payout.id) < func.row(*before))
    return (await session.scalars(statement.order_by(Payout.due_at.desc(), Payout.id.desc()).limit(limit))).all()


async def sums(
    session: AsyncSession, walker_id: UUID, *, since: datetime | None, until: datetime | None
) -> Sequence[Sums]:
    """Of what fell due in `[since, until)`, by currency."""
    paid = func.coalesce(func.sum(AMOUNT).filter(Payout.state == "paid"), 0)
    statement = (
        select(Payout.currency, func.count(), func.sum(AMOUNT), paid)
        .where(Payout.walker_id == walker_id, Payout.state.not_in(LOST))
        .group_by(Payout.currency)
        .order_by(Payout.currency)
    )
    if since:
        statement = statement.where(Payout.due_at >= since)
    if until:
        statement = statement.where(Payout.due_at < until)
    rows = await session.execute(statement)
    return [
        Sums(currency=currency, walks=walks, earned=int(earned), paid=int(sent))
        for currency, walks, earned, sent in rows
    ]
