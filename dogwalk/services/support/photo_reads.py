"""Photos of a walk as support sees them: who of support looked is written down, once a person, booking and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import audit
from dogwalk.db.repositories import photo as photos
from dogwalk.services.photo.walk import ShownPhoto, shown

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.session import Database
    from dogwalk.ports import ObjectStore


class PhotoReads:
    def __init__(self, *, database: Database, store: ObjectStore) -> None:
        self._database = database
        self._store = store

    async def of_booking(self, booking_id: UUID, *, by: UUID, at: datetime) -> list[ShownPhoto]:
        """All of them, oldest first."""
        async with self._database.transaction() as session:
            found = await photos.of_booking(session, booking_id)
            if found:
                await audit.append(
                    session,
                    key=f"read:{by}:photos:{booking_id}:{at:%Y-%m-%dT%H}",
                    actor=str(by),
                    action="photos_read",
                    subject=f"booking:{booking_id}",
                    booking_id=booking_id,
                    reason="opened at support's desk",
                    at=at,
                )
        return await shown(self._store, found)
