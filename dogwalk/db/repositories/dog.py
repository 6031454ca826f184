"""An owner's dogs. What is deleted stays for the bookings that name it, and is shown to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from dogwalk.db.models.booking import Booking, BookingDog
from dogwalk.db.models.household import Dog

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, dog: Dog) -> None:
    session.add(dog)
    await session.flush()


async def for_owner(session: AsyncSession, owner_id: UUID, dog_id: UUID, *, lock: bool = False) -> Dog | None:
    statement = select(Dog).where(Dog.id == dog_id, Dog.owner_id == owner_id, Dog.deleted_at.is_(None))
    return await session.scalar(statement.with_for_update() if lock else statement)


async def for_viewer(session: AsyncSession, dog_id: UUID, viewer_id: UUID, *, ended_after: datetime) -> Dog | None:
    """Its owner's; also a walker's whose booking with it runs, or ended after then."""
    walks_it = exists().where(
        BookingDog.dog_id == Dog.id,
        BookingDog.booking_id == Booking.id,
        Booking.walker_id == viewer_id,
        or_(Booking.ended_at.is_(None), Booking.ended_at > ended_after),
    )
    statement = select(Dog).where(Dog.id == dog_id, Dog.deleted_at.is_(None), or_(Dog.owner_id == viewer_id, walks_it))
    return await session.scalar(statement)


async def page_for(session: AsyncSession, owner_id: UUID, *, limit: int, after: UUID | None = None) -> Sequence[Dog]:
    """Newest first; `after` is the last id of the page before."""
    statement = select(Dog).where(Dog.owner_id == owner_id, Dog.deleted_at.is_(None))
    if after is not None:
        statement = statement.where(Dog.id < after)
    return (await session.scalars(statement.order_by(Dog.id.desc()).limit(limit))).all()


async def several_for(session: AsyncSession, owner_id: UUID, ids: Collection[UUID]) -> Sequence[Dog]:
    statement = select(Dog).where(Dog.owner_id == owner_id, Dog.id.in_(ids), Dog.deleted_at.is_(None))
    return (await session.scalars(statement)).all()


async def keep(session: AsyncSession, owner_id: UUID, ids: Collection[UUID]) -> bool:
    """Whether all are there; if so, nobody deletes one before the end of the transaction. A deletion under way is waited
    for.
    """
    there = select(Dog.id).where(Dog.owner_id == owner_id, Dog.id.in_(ids), Dog.deleted_at.is_(None))
    kept = (await session.scalars(there.order_by(Dog.id).with_for_update(read=True))).all()
    return len(kept) == len(set(ids))


async def has_open_booking(session: AsyncSession, dog_id: UUID) -> bool:
    booked = exists().where(
        BookingDog.dog_id == dog_id, BookingDog.booking_id == Booking.id, Booking.closed_at.is_(None)
    )
    return bool(await session.scalar(select(booked)))
