"""What walkers wrote about their walks, one report a booking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.photo import WalkReport

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def get(session: AsyncSession, booking_id: UUID) -> WalkReport | None:
    return await session.scalar(select(WalkReport).where(WalkReport.booking_id == booking_id))


async def put(session: AsyncSession, booking_id: UUID, **fields: Any) -> None:
    """In place of the one that stands there."""
    statement = insert(WalkReport).values(booking_id=booking_id, **fields)
    await session.execute(statement.on_conflict_do_update(index_elements=["booking_id"], set_=fields))
