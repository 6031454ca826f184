"""What keeps a walker's pay back: a claim nobody has decided, an incident support has not looked at. Either is enough.

Both lock the payout's row, as the transfer does (booking-life.md, Settle): what is under way by then is not held, and
comes back by a reversal if at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import claim as claims
from dogwalk.db.repositories import payout as payouts

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking


async def keep_back(session: AsyncSession, booking_id: UUID) -> None:
    await payouts.move(session, booking_id, "due", "held")


async def keep_back_if_asked(session: AsyncSession, booking: Booking) -> None:
    """With the booking locked, after its pay was booked: what keeps it back may be older than its row."""
    if await _is_kept_back(session, booking):
        await keep_back(session, booking.id)


async def let_go(session: AsyncSession, booking: Booking) -> None:
    """With the booking locked: unless the other reason still stands."""
    if not await _is_kept_back(session, booking):
        await payouts.move(session, booking.id, "held", "due")


async def _is_kept_back(session: AsyncSession, booking: Booking) -> bool:
    return booking.incident or await claims.open_of(session, booking.id) > 0
