"""Messages between owner and walker. `walker_id` names one walker's conversation; without it, all of the booking's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.message import BookingMessage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, **fields: Any) -> bool:
    """Once, however often it is sent. False for one that is there."""
    statement = insert(BookingMessage).values(**fields).on_conflict_do_nothing(index_elements=["id"])
    return (await session.scalar(statement.returning(BookingMessage.id))) is not None


async def count(session: AsyncSession, booking_id: UUID) -> int:
    return await session.scalar(select(func.count()).where(*_of(booking_id, None))) or 0


async def one(
    session: AsyncSession, booking_id: UUID, message_id: UUID, *, walker_id: UUID | None
) -> BookingMessage | None:
    statement = select(BookingMessage).where(*_of(booking_id, walker_id), BookingMessage.id == message_id)
    return await session.scalar(statement)


async def page(
    session: AsyncSession,
    booking_id: UUID,
    *,
    walker_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int | None,
) -> Sequence[BookingMessage]:
    """Newest first."""
    statement = select(BookingMessage).where(*_of(booking_id, walker_id))
    if before is not None:
        statement = statement.where(_place() < func.row(*before))
    ordered = statement.order_by(BookingMessage.at.desc(), BookingMessage.id.desc())
    return (await session.scalars(ordered.limit(limit))).all()


async def count_unseen(session: AsyncSession, booking_id: UUID, *, by: UUID, walker_id: UUID | None) -> int:
    """Written to this person."""
    return await session.scalar(select(func.count()).where(*_unseen(booking_id, by, walker_id))) or 0


async def mark_seen(
    session: AsyncSession,
    booking_id: UUID,
    *,
    by: UUID,
    walker_id: UUID | None,
    up_to: tuple[datetime, UUID],
    at: datetime,
) -> None:
    """What was written to this person, up to this place; what was seen before keeps its time."""
    await session.execute(
        update(BookingMessage)
        .where(*_unseen(booking_id, by, walker_id), _place() <= func.row(*up_to))
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
    )


def _of(booking_id: UUID, walker_id: UUID | None) -> list[ColumnElement[bool]]:
    hers = [BookingMessage.walker_id == walker_id] if walker_id is not None else []
    return [BookingMessage.booking_id == booking_id, *hers]


def _unseen(booking_id: UUID, by: UUID, walker_id: UUID | None) -> list[ColumnElement[bool]]:
    return [*_of(booking_id, walker_id), BookingMessage.sender_id != by, BookingMessage.seen_at.is_(None)]


def _place() -> ColumnElement[tuple[datetime, UUID]]:
    return func.row(BookingMessage.at, BookingMessage.id)
