"""Who did what, and why. Appended in the transaction of the deed; nothing here is ever changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.support import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def append(
    session: AsyncSession,
    *,
    actor: str,
    action: str,
    subject: str,
    reason: str,
    at: datetime,
    booking_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> None:
    """`data` holds ids, enums, times as strings and money. With a `key`, made from the fact, a repeat writes nothing."""
    statement = insert(AuditEntry).values(
        id=uuid7(),
        key=key,
        actor=actor,
        action=action,
        subject=subject,
        booking_id=booking_id,
        reason=reason,
        at=at,
        data=dict(data or {}),
    )
    await session.execute(statement.on_conflict_do_nothing())


async def of_booking(session: AsyncSession, booking_id: UUID) -> Sequence[AuditEntry]:
    """Oldest first."""
    statement = select(AuditEntry).where(AuditEntry.booking_id == booking_id)
    return (await session.scalars(statement.order_by(AuditEntry.at, AuditEntry.id))).all()


async def of_subject(session: AsyncSession, subject: str, *, limit: int = 100) -> Sequence[AuditEntry]:
    """Newest first."""
    statement = select(AuditEntry).where(AuditEntry.subject == subject)
    return (await session.scalars(statement.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit))).all()
