"""A booking locked for one change, and the two people it is between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import Change
    from dogwalk.db.models.booking import Booking


async def locked(session: AsyncSession, change: Change) -> Booking:
    """The booking of a change; see `locked_row`."""
    return await locked_row(session, change.booking_id)


async def locked_row(session: AsyncSession, booking_id: UUID) -> Booking:
    """The booking's row, locked first and before any other row of it. NotFound when there is none."""
    booking = await bookings.get(session, booking_id, lock=True)
    if booking is None:
        raise NotFound("No such booking")
    return booking


def parties(booking: Booking) -> list[UUID]:
    """The owner, and the walker if there is one."""
    return [booking.owner_id, *([booking.walker_id] if booking.walker_id else [])]
