"""Homes' fences, each with the home it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Geofence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, fence: Geofence) -> None:
    session.add(fence)
    await session.flush()


async def get(session: AsyncSession, home_id: UUID, fence_id: UUID) -> Geofence | None:
    return await session.scalar(select(Geofence).where(Geofence.id == fence_id, Geofence.home_id == home_id))


async def kinds(session: AsyncSession, home_id: UUID) -> Sequence[str]:
    return (await session.scalars(select(Geofence.kind).where(Geofence.home_id == home_id))).all()


async def page_for(session: AsyncSession, home_id: UUID, *, limit: int, after: UUID | None) -> Sequence[Geofence]:
    """Newest first; `after` is the last id of the page before."""
    statement = select(Geofence).where(Geofence.home_id == home_id)
    if after is not None:
        statement = statement.where(Geofence.id < after)
    return (await session.scalars(statement.order_by(Geofence.id.desc()).limit(limit))).all()


async def of_booking(session: AsyncSession, booking_id: UUID) -> Sequence[Geofence]:
    """Those of its home, in the order of their making."""
    statement = select(Geofence).join(Booking, Booking.home_id == Geofence.home_id)
    return (await session.scalars(statement.where(Booking.id == booking_id).order_by(Geofence.id))).all()
