"""The walkers' calendar: conflicts are impossible here, not checked. A booking's row is locked before its walker's, and
hers before anything is written here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from dogwalk.db.models.walker import WalkerCalendar
from dogwalk.db.repositories import walker as walkers

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def live_assignment(session: AsyncSession, booking_id: UUID) -> WalkerCalendar | None:
    return await session.scalar(
        select(WalkerCalendar).where(
            WalkerCalendar.booking_id == booking_id, WalkerCalendar.live, WalkerCalendar.kind == "assignment"
        )
    )


async def assign(
    session: AsyncSession,
    *,
    booking_id: UUID,
    assignment_no: int,
    walker_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    travel_buffer_s: int,
    at: datetime,
) -> None:
    """Her row is locked (`walkers.lock`). IntegrityError `ex_walker_calendar_no_overlap` when she is not free, and
    `uq_walker_calendar_live_assignment` when somebody has the booking.
    """
    buffer = timedelta(seconds=travel_buffer_s)
    session.add(
        WalkerCalendar(
            walker_id=walker_id,
            kind="assignment",
            booking_id=booking_id,
            assignment_no=assignment_no,
            starts_at=starts_at,
            ends_at=ends_at,
            travel_buffer=buffer,
            blocked=Range(starts_at, ends_at + buffer, bounds="[)"),
            created_at=at,
        )
    )
    await session.flush()


async def busy(
    session: AsyncSession, walker_id: UUID, *, from_: datetime, to: datetime
) -> list[tuple[datetime, datetime]]:
    """Half-open, in order: walks with the way after them, and time off."""
    rows = await session.execute(
        select(WalkerCalendar.starts_at, WalkerCalendar.ends_at + WalkerCalendar.travel_buffer)
        .where(
            WalkerCalendar.walker_id == walker_id,
            WalkerCalendar.live,
            WalkerCalendar.blocked.overlaps(Range(from_, to, bounds="[)")),
        )
        .order_by(WalkerCalendar.starts_at)
    )
    return [(starts_at, ends_at) for starts_at, ends_at in rows]


async def move(session: AsyncSession, booking_id: UUID, *, starts_at: datetime, ends_at: datetime) -> None:
    """Of the live assignment, if there is one. IntegrityError `ex_walker_calendar_no_overlap` when she is not free."""
    assigned = await live_assignment(session, booking_id)
    if assigned is not None:
        await walkers.lock(session, [assigned.walker_id])
        assigned.starts_at, assigned.ends_at = starts_at, ends_at
        assigned.blocked = Range(starts_at, ends_at + assigned.travel_buffer, bounds="[)")
        await session.flush()


async def free(session: AsyncSession, booking_id: UUID) -> None:
    """The walker of a booking has her time back."""
    held = (WalkerCalendar.booking_id == booking_id, WalkerCalendar.live)
    await walkers.lock(session, (await session.scalars(select(WalkerCalendar.walker_id).where(*held))).all())
    await session.execute(
        update(WalkerCalendar).where(*held).values(live=False).execution_options(synchronize_session=False)
    )
