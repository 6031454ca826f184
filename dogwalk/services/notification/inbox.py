"""What a person was told, to be found again in the app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.repositories import inbox
from dogwalk.errors import NotFound
from dogwalk.services.notification.addressing import letters

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import KeyVault
    from dogwalk.services.notification.addressing import Letter
    from dogwalk.services.notification.text import Texts

LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    id: UUID
    kind: str
    title: str
    text: str
    booking_id: UUID | None
    offer_id: UUID | None
    at: datetime
    seen_at: datetime | None


class Inbox:
    def __init__(self, *, database: Database, vault: KeyVault, texts: Texts) -> None:
        self._database = database
        self._vault = vault
        self._texts = texts

    async def page(self, person_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Entry]:
        """Newest first, in the words they were sent in."""
        async with self._database.transaction() as session:
            found = await inbox.page(session, person_id, before=before, limit=limit)
            written = await letters(session, found, self._vault)
        return [self._entry(letter) for letter in written]

    async def mark_seen(self, person_id: UUID, *, up_to: UUID | datetime, at: datetime) -> None:
        """Everything up to a message, or up to a moment. NotFound for a message that is not theirs."""
        async with self._database.transaction() as session:
            place = await _place(session, person_id, up_to)
            await inbox.mark_seen(session, person_id, up_to=place, at=at)

    def _entry(self, letter: Letter) -> Entry:
        message = letter.message
        offer_id = message.data.get("offer_id")
        return Entry(
            id=message.id,
            kind=message.kind,
            title=self._texts.title(letter.about),
            text=self._texts.short(letter.about),
            booking_id=message.booking_id,
            offer_id=UUID(offer_id) if offer_id else None,
            at=message.created_at,
            seen_at=message.seen_at,
        )


async def _place(session: AsyncSession, person_id: UUID, up_to: UUID | datetime) -> tuple[datetime, UUID]:
    if isinstance(up_to, datetime):
        return up_to, LAST_ID
    place = await inbox.place_of(session, person_id, up_to)
    if place is None:
        raise NotFound("No such notification")
    return place
