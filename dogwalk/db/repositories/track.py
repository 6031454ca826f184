"""What the figures are made of, and what is kept of a walk: positions read, tracks written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.tracking import Position, Track
from dogwalk.domain.track import Fix

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

COLUMNS = (
    Position.device_id,
    Position.at,
    Position.lat,
    Position.lon,
    Position.accuracy_m,
    Position.speed_mps,
    Position.flags,
)


async def fixes_between(
    session: AsyncSession, walk_id: UUID, *, first: datetime, last: datetime
) -> dict[UUID, list[Fix]]:
    """By device, in order of time."""
    return await _by_device(session, Position.walk_id == walk_id, Position.at.between(first, last))


async def fixes_since(session: AsyncSession, walk_id: UUID, first: datetime) -> dict[UUID, list[Fix]]:
    """By device, in order of time."""
    return await _by_device(session, Position.walk_id == walk_id, Position.at >= first)


async def _by_device(session: AsyncSession, *conditions: ColumnElement[bool]) -> dict[UUID, list[Fix]]:
    statement = select(*COLUMNS).where(*conditions).order_by(Position.device_id, Position.at)
    found: dict[UUID, list[Fix]] = {}
    for device_id, at, lat, lon, accuracy_m, speed_mps, flags in await session.execute(statement):
        found.setdefault(device_id, []).append(Fix(at.timestamp(), lat, lon, accuracy_m, speed_mps, flags))
    return found


async def last_between(session: AsyncSession, walk_id: UUID, *, first: datetime, last: datetime) -> datetime | None:
    """When the walk was last heard of, by whichever phone."""
    statement = select(func.max(Position.at)).where(Position.walk_id == walk_id, Position.at.between(first, last))
    return await session.scalar(statement)


async def count_positions(session: AsyncSession, walk_id: UUID) -> int:
    statement = select(func.count()).select_from(Position).where(Position.walk_id == walk_id)
    return await session.scalar(statement) or 0


async def get(session: AsyncSession, walk_id: UUID) -> Track | None:
    return await session.get(Track, walk_id)


async def put(session: AsyncSession, walk_id: UUID, **fields: Any) -> None:
    """The newest computation over the one before."""
    statement = insert(Track).values(walk_id=walk_id, **fields)
    await session.execute(statement.on_conflict_do_update(index_elements=["walk_id"], set_=fields))
