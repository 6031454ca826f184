"""The hours a walker takes for herself: live intervals of her calendar, so that no booking can fall into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from dogwalk.db.models.walker import WalkerCalendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

KIND = "time_off"


async def add(
    session: AsyncSession,
    *,
    time_off_id: UUID,
    walker_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    note: str | None,
    at: datetime,
) -> WalkerCalendar:
    """IntegrityError `ex_walker_calendar_no_overlap` when there is something in it already."""
    row = WalkerCalendar(id=time_off_id, walker_id=walker_id, kind=KIND, note=note, created_at=at)
    set_span(row, starts_at=starts_at, ends_at=ends_at)
    session.add(row)
    await session.flush()
    return row


def set_span(row: WalkerCalendar, *, starts_at: datetime, ends_at: datetime) -> None:
    """`blocked` repeats the span: the constraint needs one stored range."""
    row.starts_at, row.ends_at = starts_at, ends_at
    row.blocked = Range(starts_at, ends_at, bounds="[)")


async def for_walker(session: AsyncSession, walker_id: UUID, time_off_id: UUID) -> WalkerCalendar | None:
    return await session.scalar(
        select(WalkerCalendar).where(
            WalkerCalendar.id == time_off_id,
            WalkerCalendar.walker_id == walker_id,
            WalkerCalendar.kind == KIND,
            WalkerCalendar.live,
        )
    )


async def page_for(
    session: AsyncSession, walker_id: UUID, *, limit: int, after: UUID | None = None
) -> Sequence[WalkerCalendar]:
    """Newest first; `after` is the last id of the page before."""
    statement = select(WalkerCalendar).where(
        WalkerCalendar.walker_id == walker_id, WalkerCalendar.kind == KIND, WalkerCalendar.live
    )
    if after is not None:
        statement = statement.where(WalkerCalendar.id < after)
    return (await session.scalars(statement.order_by(WalkerCalendar.id.desc()).limit(limit))).all()
