"""An owner's homes. What is deleted stays for the bookings that name it, and is shown to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Home

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, home: Home) -> None:
    session.add(home)
    await session.flush()


async def for_owner(session: AsyncSession, owner_id: UUID, home_id: UUID, *, lock: bool = False) -> Home | None:
    statement = select(Home).where(Home.id == home_id, Home.owner_id == owner_id, Home.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def keep(session: AsyncSession, home_id: UUID) -> bool:
    """Whether it is there; if so, nobody deletes it before the transaction ends. A deletion under way is waited for."""
    there = select(Home.id).where(Home.id == home_id, Home.deleted_at.is_(None))
    return await session.scalar(there.with_for_update(read=True)) is not None


async def page_for(session: AsyncSession, owner_id: UUID, *, limit: int, after: UUID | None = None) -> Sequence[Home]:
    """Newest first; `after` is the last id of the page before."""
    statement = select(Home).where(Home.owner_id == owner_id, Home.deleted_at.is_(None))
    if after is not None:
        statement = statement.where(Home.id < after)
    return (await session.scalars(statement.order_by(Home.id.desc()).limit(limit))).all()


async def has_open_booking(session: AsyncSession, home_id: UUID) -> bool:
    booked = exists().where(Booking.home_id == home_id, Booking.closed_at.is_(None))
    return bool(await session.scalar(select(booked)))
