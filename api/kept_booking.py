"""A booking in an answer that was kept for 7 days, asked for again under the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.rendering import booking_view

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.services.booking.reading import BookingReader


async def booking_by_now(kept: Any, bookings: BookingReader, *, booking_id: UUID, person_id: UUID, at: datetime) -> Any:
    """As it was answered first while the address may be seen, later as it stands. NotFound for who lost the walk."""
    view = await bookings.get(booking_id, person_id, at=at)
    return kept if view.shows_address else booking_view(view)
