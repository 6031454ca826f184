"""Deeds for a whole area: what the dry run promised, and how far it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Home
from dogwalk.db.models.support import AreaAction, AreaActionBooking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Around the area, so that few bookings need a closer look."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Near:
    booking_id: UUID
    status: str
    lat: float
    lon: float


async def near(session: AsyncSession, box: Box, *, begins: datetime, ends: datetime, limit: int) -> Sequence[Near]:
    """Bookings whose service is not over, at a home in the box, at some time of the span."""
    statement = (
        select(Booking.id, Booking.status, Home.lat, Home.lon)
        .join(Home, Home.id == Booking.home_id)
        .where(
            Booking.closed_at.is_(None),
            Booking.outcome.is_(None),
            Booking.revealed_at.is_not(None),
            Booking.starts_at < ends,
            Booking.ends_at > begins,
            Home.lat.between(box.south, box.north),
            Home.lon.between(box.west, box.east),
        )
    )
    rows = await session.execute(statement.order_by(Booking.starts_at, Booking.id).limit(limit))
    return [Near(*row) for row in rows]


async def add(session: AsyncSession, action: AreaAction, effects: Sequence[tuple[Near, str]]) -> None:
    session.add(action)
    await session.flush()
    rows: list[dict[str, Any]] = [
        {"action_id": action.id, "booking_id": one.booking_id, "status": one.status, "effect": effect}
        for one, effect in effects
    ]
    if rows:
        await session.execute(insert(AreaActionBooking).values([{**row, "state": "planned"} for row in rows]))


async def get(session: AsyncSession, action_id: UUID, *, lock: bool = False) -> AreaAction | None:
    statement = select(AreaAction).where(AreaAction.id == action_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def results(session: AsyncSession, action_id: UUID) -> Sequence[tuple[AreaActionBooking, Booking]]:
    """With each booking as it stands now."""
    statement = (
        select(AreaActionBooking, Booking)
        .join(Booking, Booking.id == AreaActionBooking.booking_id)
        .where(AreaActionBooking.action_id == action_id)
        .order_by(Booking.starts_at, Booking.id)
    )
    return [(row, booking) for row, booking in await session.execute(statement)]


async def running(session: AsyncSession) -> Sequence[AreaAction]:
    statement = select(AreaAction).where(AreaAction.state == "running")
    return (await session.scalars(statement.order_by(AreaAction.executed_at))).all()


async def left(session: AsyncSession, action_id: UUID, *, limit: int) -> Sequence[AreaActionBooking]:
    """Those that were not told yet."""
    statement = select(AreaActionBooking).where(
        AreaActionBooking.action_id == action_id, AreaActionBooking.state == "planned"
    )
    return (await session.scalars(statement.order_by(AreaActionBooking.booking_id).limit(limit))).all()


async def mark_sent(session: AsyncSession, action_id: UUID, booking_ids: Sequence[UUID]) -> None:
    await session.execute(
        update(AreaActionBooking)
        .where(AreaActionBooking.action_id == action_id, AreaActionBooking.booking_id.in_(booking_ids))
        .values(state="sent")
        .execution_options(synchronize_session=False)
    )


async def mark_done(session: AsyncSession, action_id: UUID) -> None:
    """Once nothing is left to be told."""
    waiting = select(AreaActionBooking.booking_id).where(
        AreaActionBooking.action_id == action_id, AreaActionBooking.state == "planned"
    )
    await session.execute(
        update(AreaAction)
        .where(AreaAction.id == action_id, AreaAction.state == "running", ~waiting.exists())
        .values(state="done")
        .execution_options(synchronize_session=False)
    )
