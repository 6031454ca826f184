"""Photos of walks. Their times are of our own clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.photo import Photo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, **fields: Any) -> bool:
    """Once, however often it is sent. False for one that is there."""
    statement = insert(Photo).values(**fields).on_conflict_do_nothing(index_elements=["id"])
    return (await session.scalar(statement.returning(Photo.id))) is not None


async def of_booking(session: AsyncSession, booking_id: UUID, *, person_id: UUID | None = None) -> Sequence[Photo]:
    """Oldest first; with `person_id`, hers alone."""
    statement = select(Photo).where(Photo.booking_id == booking_id)
    if person_id is not None:
        statement = statement.where(Photo.person_id == person_id)
    return (await session.scalars(statement.order_by(Photo.stored_at, Photo.id))).all()


async def among(session: AsyncSession, photo_ids: Sequence[UUID]) -> dict[UUID, Photo]:
    found = await session.scalars(select(Photo).where(Photo.id.in_(photo_ids)))
    return {photo.id: photo for photo in found}


async def count(session: AsyncSession, booking_id: UUID, assignment_no: int, *, but: UUID) -> int:
    """Of one walk, beside the one named."""
    of_walk = (Photo.booking_id == booking_id, Photo.assignment_no == assignment_no)
    statement = select(func.count()).where(*of_walk, Photo.id != but)
    return await session.scalar(statement) or 0


async def times_between(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, first: datetime, last: datetime
) -> Sequence[datetime]:
    statement = select(Photo.stored_at).where(*_of_walk(booking_id, assignment_no, first, last))
    return (await session.scalars(statement.order_by(Photo.stored_at))).all()


async def last_between(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, first: datetime, last: datetime
) -> datetime | None:
    statement = select(func.max(Photo.stored_at)).where(*_of_walk(booking_id, assignment_no, first, last))
    return await session.scalar(statement)


def _of_walk(booking_id: UUID, assignment_no: int, first: datetime, last: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Photo.booking_id == booking_id,
        Photo.assignment_no == assignment_no,
        Photo.stored_at.between(first, last),
    )
