"""Bookings under way, as the sweep sees them, and what each was told already."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import any_, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from dogwalk.db.models.base import Ids
from dogwalk.db.models.booking import Booking, BookingRung
from dogwalk.db.models.tracking import Walk
from dogwalk.domain.booking import UNDER_WAY, Status
from dogwalk.domain.ladder import Rung, Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


OUT_EARLIEST = timedelta(hours=1)  # before the booked start; no market lets anybody start so early


class Running(NamedTuple):
    booking_id: UUID
    assignment_no: int
    policy_version: str
    standing: Standing


class Told(NamedTuple):
    """One occasion of one rung."""

    booking_id: UUID
    assignment_no: int
    rung: str
    due_at: datetime


SilentRung = aliased(BookingRung)
COLUMNS = (
    Booking.id,
    Booking.assignment_no,
    Booking.policy_version,
    Booking.status,
    Booking.starts_at,
    Booking.ends_at,
    Booking.assigned_at,
    Booking.started_at,
    Booking.total,
    Walk.last_at,
    SilentRung.due_at.label("silent_since"),
)


async def running(session: AsyncSession, market_id: str, *, at: datetime) -> Sequence[Running]:
    """Every booking of the market that has a walker and whose start is past, or so near that the dog may be out."""
    statement = (
        select(*COLUMNS)
        .outerjoin(Walk, (Walk.booking_id == Booking.id) & (Walk.assignment_no == Booking.assignment_no))
        .outerjoin(
            SilentRung,
            (SilentRung.booking_id == Booking.id)
            & (SilentRung.assignment_no == Booking.assignment_no)
            & (SilentRung.rung == Rung.SILENT.value),
        )
        .where(
            Booking.market_id == market_id,
            Booking.starts_at <= at + OUT_EARLIEST,
            Booking.walker_id.is_not(None),
            Booking.outcome.is_(None),
            Booking.status.in_([status.value for status in UNDER_WAY]),
        )
    )
    return [
        Running(
            row.id,
            row.assignment_no,
            row.policy_version,
            Standing(
                status=Status(row.status),
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                assigned_at=row.assigned_at,
                started_at=row.started_at,
                last_position_at=row.last_at,
                silent_since=row.silent_since,
                is_meeting=row.total == 0,
            ),
        )
        for row in await session.execute(statement)
    ]


async def told(session: AsyncSession, booking_ids: Collection[UUID]) -> set[Told]:
    if not booking_ids:
        return set()
    statement = select(BookingRung.booking_id, BookingRung.assignment_no, BookingRung.rung, BookingRung.due_at)
    rows = await session.execute(statement.where(BookingRung.booking_id == any_(literal(list(booking_ids), Ids))))
    return {Told(*row) for row in rows}


async def remember(session: AsyncSession, rungs: Sequence[Told], *, at: datetime) -> None:
    if not rungs:
        return
    statement = insert(BookingRung).values([{**rung._asdict(), "told_at": at} for rung in rungs])
    changed = {"due_at": statement.excluded.due_at, "told_at": statement.excluded.told_at}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["booking_id", "assignment_no", "rung"], set_=changed)
    )
