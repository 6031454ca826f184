"""A person's messages as the app shows them: one entry a message, whatever channels it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, tuple_, update

from dogwalk.db.models.notification import OutboxMessage
from dogwalk.domain.notification import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

# A message has a row a channel; the one of its kind's first channel, which is always there, stands for it.
SHOWN = tuple_(OutboxMessage.kind, OutboxMessage.channel).in_(
    [(kind.name, kind.channels[0].value) for kind in CATALOGUE.values() if kind.inbox]
)


async def page(
    session: AsyncSession, person_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[OutboxMessage]:
    """Newest first."""
    statement = select(OutboxMessage).where(OutboxMessage.person_id == person_id, SHOWN)
    if before is not None:
        statement = statement.where(_place() < func.row(*before))
    ordered = statement.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
    return (await session.scalars(ordered.limit(limit))).all()


async def place_of(session: AsyncSession, person_id: UUID, message_id: UUID) -> tuple[datetime, UUID] | None:
    """Where this message of theirs stands; None if they have no such message."""
    found = await session.scalar(
        select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.person_id == person_id, SHOWN)
    )
    return (found.created_at, found.id) if found else None


async def mark_seen(session: AsyncSession, person_id: UUID, *, up_to: tuple[datetime, UUID], at: datetime) -> None:
    """All of them up to this place; what was seen before keeps its time."""
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.person_id == person_id,
            SHOWN,
            OutboxMessage.seen_at.is_(None),
            _place() <= func.row(*up_to),
        )
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
    )


def _place() -> ColumnElement[tuple[datetime, UUID]]:
    return func.row(OutboxMessage.created_at, OutboxMessage.id)
