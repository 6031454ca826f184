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
    await audit.append(
        session,
        key=f"read:{by}:{what}:{booking_id}:{at:%Y-%m-%dT%H}",
        actor=str(by),
        action=f"{what}_read",
        subject=f"booking:{booking_id}",
        booking_id=booking_id,
        reason="opened at support's desk",
        at=at,
    )
