"""That somebody of support looked at what owner and walker gave each other: written down once a person, booking and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import audit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def note_read(session: AsyncSession, what: str, booking_id: UUID, *, by: UUID, at: datetime) -> None:
    """`what`: `photos`, `messages`."""
    await note_look(session, what, f"booking:{booking_id}", by=by, at=at, booking_id=booking_id)


async def note_look(
    session: AsyncSession, what: str, subject: str, *, by: UUID, at: datetime, booking_id: UUID | None = None
) -> None:
    """`subject`: whose or of what it is, `booking:…` or `person:…`."""
    await audit.append(
        session,
        key=f"read:{by}:{what}:{subject}:{at:%Y-%m-%dT%H}",
        actor=str(by),
        action=f"{what}_read",
        subject=subject,
        booking_id=booking_id,
        reason="opened at support's desk",
        at=at,
    )
