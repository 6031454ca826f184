"""Meetings of one owner with one walker: bookings that cost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from dogwalk.db.models.booking import Booking, Quote
from dogwalk.domain.booking import Outcome

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

# Somebody called these off, or did not come. One that was declined, or that lapsed, was asked for all the same.
DO_NOT_COUNT = (
    Outcome.CANCELLED_BY_OWNER,
    Outcome.CANCELLED_BY_WALKER,
    Outcome.CANCELLED_BY_SUPPORT,
    Outcome.NO_SHOW,
)


async def last_between(session: AsyncSession, owner_id: UUID, walker_id: UUID, *, since: datetime) -> Booking | None:
    """The newest that was asked for after `since` and counts."""
    statement = (
        select(Booking)
        .join(Quote, Quote.id == Booking.quote_id)
        .where(
            Booking.owner_id == owner_id,
            Booking.total == 0,
            Booking.created_at > since,
            Quote.walker_id == walker_id,
            or_(Booking.outcome.is_(None), Booking.outcome.not_in([one.value for one in DO_NOT_COUNT])),
        )
    )
    return await session.scalar(statement.order_by(Booking.created_at.desc()).limit(1))


async def asked_of(session: AsyncSession, booking: Booking) -> UUID | None:
    """The one walker of a meeting; None for a walk, which anybody may have."""
    if booking.total:
        return None
    return await session.scalar(select(Quote.walker_id).where(Quote.id == booking.quote_id))
