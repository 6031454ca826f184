"""A walker's word against a strike; one for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.walker import StrikeAppeal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, appeal_id: UUID, *, strike_id: UUID, reason: str, at: datetime) -> bool:
    """False when this strike has been appealed against already."""
    statement = insert(StrikeAppeal).values(
        id=appeal_id, strike_id=strike_id, reason=reason, state="open", created_at=at
    )
    return (await session.scalar(statement.on_conflict_do_nothing().returning(StrikeAppeal.id))) is not None


async def of_strikes(session: AsyncSession, strike_ids: Sequence[UUID]) -> dict[UUID, StrikeAppeal]:
    """Strike → its appeal."""
    found = await session.scalars(select(StrikeAppeal).where(StrikeAppeal.strike_id.in_(strike_ids)))
    return {appeal.strike_id: appeal for appeal in found}


async def decide(session: AsyncSession, appeal_id: UUID, *, state: str, answer: str, by: UUID, at: datetime) -> None:
    await session.execute(
        update(StrikeAppeal)
        .where(StrikeAppeal.id == appeal_id)
        .values(state=state, answer=answer, decided_by=by, decided_at=at)
        .execution_options(synchronize_session=False)
    )
