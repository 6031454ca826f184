"""Photos of a walk as support sees them: who of support looked is written down, once a person, booking and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import photo as photos
from dogwalk.services.photo.walk import ShownPhoto, shown
from dogwalk.services.support.reads import note_read

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
                await note_read(session, "photos", booking_id, by=by, at=at)
        return await shown(self._store, found)
