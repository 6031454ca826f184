"""An incident as its reporter tells it: for support, before the booking hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import support_task
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.session import Database
    from dogwalk.domain.incident import IncidentKind


class Incidents:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def write_down(
        self, incident_id: UUID, *, booking_id: UUID, person_id: UUID, kind: IncidentKind, notes: str, at: datetime
    ) -> str:
        """Opens the task for support, once for each `incident_id`; its `notes` stand nowhere else. Answers whether it was
        the owner or the walker. NotFound for anybody else.
        """
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, person_id)
            if booking is None:
                raise NotFound("No such booking")
            by = "owner" if booking.owner_id == person_id else "walker"
            await support_task.open(
                session,
                key=f"booking-{booking_id}:incident:{incident_id}",
                kind="incident",
                reason=f"{kind.value}, says the {by}: {notes}",
                booking_id=booking_id,
                at=at,
            )
        return by
