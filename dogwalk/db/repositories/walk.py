"""Walks: one row an assignment, written by the booking's changes and, for its running state, by the ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.tracking import Walk

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class RunningState(NamedTuple):
    """`state` is JSON. `late_at`: when positions came for a walk that was finished; the earliest not yet judged stays."""

    walk_id: UUID
    state: str
    last_at: datetime | None
    primary_device_id: UUID | None
    late_at: datetime | None = None


class LateEvidence(NamedTuple):
    walk_id: UUID
    booking_id: UUID
    late_at: datetime


WRITE_RUNNING = text(
    """
    UPDATE walk SET state = CAST(row.state AS jsonb), last_at = row.last_at, primary_device_id = row.primary_device_id,
        late_at = COALESCE(walk.late_at, row.late_at)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:last_ats AS timestamptz[]),
        CAST(:primaries AS uuid[]), CAST(:late_ats AS timestamptz[]))
        AS row (walk_id, state, last_at, primary_device_id, late_at)
    WHERE walk.id = row.walk_id
    """
)


async def get(session: AsyncSession, booking_id: UUID, assignment_no: int, *, lock: bool = False) -> Walk | None:
    """`lock`: until the end of the transaction, against the ingest, which locks the walks it writes for."""
    statement = select(Walk).where(Walk.booking_id == booking_id, Walk.assignment_no == assignment_no)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def add(
    session: AsyncSession,
    *,
    booking_id: UUID,
    assignment_no: int,
    walker_id: UUID,
    owner_id: UUID,
    home_lat: float,
    home_lon: float,
    home_radius_m: float,
    max_ahead_s: int,
    shown_within_m: float,
    at: datetime,
) -> None:
    """Nothing when the assignment has its walk already."""
    await session.execute(
        insert(Walk)
        .values(
            id=uuid7(),
            booking_id=booking_id,
            assignment_no=assignment_no,
            walker_id=walker_id,
            owner_id=owner_id,
            home_lat=home_lat,
            home_lon=home_lon,
            home_radius_m=home_radius_m,
            max_ahead_s=max_ahead_s,
            shown_within_m=shown_within_m,
            state={},
            fences=[],
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["booking_id", "assignment_no"])
    )


async def open_from(session: AsyncSession, booking_id: UUID, assignment_no: int, opens_at: datetime) -> None:
    """Positions count from `opens_at`, or from earlier if they did already (LEAST ignores NULL)."""
    await session.execute(
        update(Walk)
        .where(Walk.booking_id == booking_id, Walk.assignment_no == assignment_no)
        .values(opens_at=func.least(Walk.opens_at, opens_at))
        .execution_options(synchronize_session=False)
    )


async def start(
    session: AsyncSession, booking_id: UUID, assignment_no: int, started_at: datetime, *, fences: list[Any]
) -> None:
    """`fences` as the ingest reads them."""
    await session.execute(
        update(Walk)
        .where(Walk.booking_id == booking_id, Walk.assignment_no == assignment_no)
        .values(started_at=started_at, fences=fences)
        .execution_options(synchronize_session=False)
    )


async def close(session: AsyncSession, booking_id: UUID, assignment_no: int) -> None:
    """From now on no position counts, whatever its time. A finished walk keeps taking late ones."""
    await session.execute(
        update(Walk)
        .where(Walk.booking_id == booking_id, Walk.assignment_no == assignment_no, Walk.finished_at.is_(None))
        .values(closes_at=func.least(Walk.opens_at, Walk.created_at))
        .execution_options(synchronize_session=False)
    )


async def lock_running(session: AsyncSession, walk_ids: Collection[UUID]) -> Sequence[Walk]:
    """Those there are, locked in the order of their ids until the end of the transaction, so that no two deadlock."""
    statement = select(Walk).where(Walk.id.in_(walk_ids)).order_by(Walk.id).with_for_update(key_share=True)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def write_running(session: AsyncSession, rows: Sequence[RunningState]) -> None:
    """What the ingest keeps of walks whose locks it holds."""
    if rows:
        await session.execute(
            WRITE_RUNNING,
            {
                "ids": [row.walk_id for row in rows],
                "states": [row.state for row in rows],
                "last_ats": [row.last_at for row in rows],
                "primaries": [row.primary_device_id for row in rows],
                "late_ats": [row.late_at for row in rows],
            },
        )


async def with_late_evidence(session: AsyncSession, market_id: str, *, before: datetime) -> Sequence[LateEvidence]:
    """Finished walks of bookings still open, for which positions came that may change the verdict; quiet since."""
    statement = (
        select(Walk.id, Walk.booking_id, Walk.late_at)
        .join(Booking, Booking.id == Walk.booking_id)
        .where(
            Walk.late_at <= before,
            Walk.evidence_complete.is_(False),
            Booking.market_id == market_id,
            Booking.closed_at.is_(None),
        )
        .order_by(Walk.late_at)
    )
    rows = await session.execute(statement)
    return [LateEvidence(walk_id, booking_id, late_at) for walk_id, booking_id, late_at in rows if late_at is not None]


async def evidence_told(session: AsyncSession, told: LateEvidence) -> None:
    """The booking knows. What came since then is told again."""
    await session.execute(
        update(Walk)
        .where(Walk.id == told.walk_id, Walk.late_at == told.late_at)
        .values(late_at=None)
        .execution_options(synchronize_session=False)
    )
