"""Crossings of owners' fences: written with the positions that showed them, claimed by whoever passes them on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.tracking import FenceEdge, Walk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

CLAIMED_FOR = timedelta(seconds=30)  # a relay that has died lets go


class NewEdge(NamedTuple):
    walk_id: UUID
    fence_id: UUID
    n: int
    kind: str
    is_entering: bool
    at: datetime
    is_late: bool
    is_news: bool
    found_at: datetime


class Untold(NamedTuple):
    booking_id: UUID
    assignment_no: int
    walk_id: UUID
    fence_id: UUID
    n: int
    kind: str
    is_entering: bool
    at: datetime


async def add(session: AsyncSession, edges: Sequence[NewEdge]) -> None:
    if edges:
        rows = [edge._asdict() for edge in edges]
        await session.execute(insert(FenceEdge).values(rows).on_conflict_do_nothing())


async def claim(session: AsyncSession, *, limit: int) -> Sequence[Untold]:
    """The oldest that nobody was told of; no other relay takes them for 30 s."""
    free = FenceEdge.claimed_until.is_(None) | (FenceEdge.claimed_until < func.clock_timestamp())
    waiting = (
        select(FenceEdge.walk_id, FenceEdge.fence_id, FenceEdge.n)
        .where(FenceEdge.is_news, FenceEdge.told_at.is_(None), free)
        .order_by(FenceEdge.found_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = await session.execute(
        update(FenceEdge)
        .where(
            Walk.id == FenceEdge.walk_id,
            tuple_(FenceEdge.walk_id, FenceEdge.fence_id, FenceEdge.n).in_(waiting),
        )
        .values(claimed_until=func.clock_timestamp() + literal(CLAIMED_FOR))
        .returning(
            Walk.booking_id,
            Walk.assignment_no,
            FenceEdge.walk_id,
            FenceEdge.fence_id,
            FenceEdge.n,
            FenceEdge.kind,
            FenceEdge.is_entering,
            FenceEdge.at,
        )
        .execution_options(synchronize_session=False)
    )
    return sorted((Untold._make(row) for row in found), key=_at)


async def told(session: AsyncSession, edge: Untold, *, at: datetime) -> None:
    await session.execute(
        update(FenceEdge)
        .where(FenceEdge.walk_id == edge.walk_id, FenceEdge.fence_id == edge.fence_id, FenceEdge.n == edge.n)
        .values(told_at=at)
        .execution_options(synchronize_session=False)
    )


def _at(edge: Untold) -> datetime:
    return edge.at
