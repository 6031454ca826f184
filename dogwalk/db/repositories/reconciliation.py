"""Bookings that are not closed, for the comparison with what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.booking import Booking

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

OPEN = (Booking.closed_at.is_(None), Booking.revealed_at.is_not(None))


async def open_after(session: AsyncSession, last: UUID | None, *, limit: int) -> list[UUID]:
    """In the order of their ids, from the beginning without a `last`."""
    further = [Booking.id > last] if last is not None else []
    statement = select(Booking.id).where(*OPEN, *further).order_by(Booking.id).limit(limit)
    return list(await session.scalars(statement))


async def open_among(session: AsyncSession, booking_ids: Collection[UUID]) -> list[UUID]:
    """Those that are not closed."""
    statement = select(Booking.id).where(*OPEN, Booking.id.in_(booking_ids)).order_by(Booking.id)
    return list(await session.scalars(statement))
