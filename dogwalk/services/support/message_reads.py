"""What owner and walkers of a booking wrote to each other, as support reads it: who of support looked is written down, once
a person, booking and hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking_message as messages
from dogwalk.services.conversation import ShownMessage, photos_of, with_photos
from dogwalk.services.support.reads import note_read

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.session import Database
    from dogwalk.ports import ObjectStore


class MessageReads:
    def __init__(self, *, database: Database, store: ObjectStore) -> None:
        self._database = database
        self._store = store

    async def of_booking(self, booking_id: UUID, *, by: UUID, at: datetime) -> list[ShownMessage]:
        """All conversations, newest first."""
        async with self._database.transaction() as session:
            found = await messages.page(session, booking_id, walker_id=None, before=None, limit=None)
            taken = await photos_of(session, found)
            if found:
                await note_read(session, "messages", booking_id, by=by, at=at)
        return await with_photos(self._store, found, taken)
