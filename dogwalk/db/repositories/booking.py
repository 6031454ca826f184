"""Bookings as projected, and the one writer's rule: a greater version over a smaller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import any_, bindparam, delete, select, update

from dogwalk.db.models.base import Ids
from dogwalk.db.models.booking import Booking, BookingDog, Quote
from dogwalk.db.models.household import Dog, Home

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

# What every look at a booking reads, put together once: building a statement costs about as much as running it.
FOR_PARTY = select(Booking).where(
    Booking.id == bindparam("booking_id"),
    Booking.revealed_at.is_not(None),
    (Booking.owner_id == bindparam("person_id")) | (Booking.walker_id == bindparam("person_id")),
)
DOGS_OF_MANY = (
    select(BookingDog.booking_id, Dog)
    .join(Dog, Dog.id == BookingDog.dog_id)
    .where(BookingDog.booking_id == any_(bindparam("booking_ids", type_=Ids)))
    .order_by(Dog.name)
)
HOMES_OF_MANY = select(Home).where(Home.id == any_(bindparam("home_ids", type_=Ids)))


async def get(session: AsyncSession, booking_id: UUID, *, lock: bool = False) -> Booking | None:
    """`lock`: until the end of the transaction, before any other row of the booking, so that none deadlocks."""
    statement = select(Booking).where(Booking.id == booking_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def add(session: AsyncSession, booking: Booking, dog_ids: Sequence[UUID]) -> None:
    session.add(booking)
    await session.flush()
    session.add_all(BookingDog(booking_id=booking.id, dog_id=dog_id) for dog_id in dog_ids)
    await session.flush()


async def for_party(session: AsyncSession, booking_id: UUID, person_id: UUID) -> Booking | None:
    """The booking if it is shown at all and `person_id` is its owner or its assigned walker."""
    return await session.scalar(FOR_PARTY, {"booking_id": booking_id, "person_id": person_id})


async def project(session: AsyncSession, booking_id: UUID, version: int, **fields: Any) -> bool:
    """False when something as new or newer stands there already: a repeat, or a late try."""
    result = await session.execute(
        update(Booking)
        .where(Booking.id == booking_id, Booking.version < version)
        .values(version=version, **fields)
        .returning(Booking.id)
    )
    return result.scalar_one_or_none() is not None


async def call_for_help(session: AsyncSession, booking_id: UUID, reason: str) -> None:
    """Unless it is closed."""
    await session.execute(
        update(Booking)
        .where(Booking.id == booking_id, Booking.closed_at.is_(None))
        .values(needs_attention=reason)
        .execution_options(synchronize_session=False)
    )


async def needs_no_more_help(session: AsyncSession, booking_id: UUID, reason: str) -> None:
    """Unless it calls for something else by now."""
    await session.execute(
        update(Booking)
        .where(Booking.id == booking_id, Booking.needs_attention == reason)
        .values(needs_attention=None)
        .execution_options(synchronize_session=False)
    )


async def reveal(session: AsyncSession, booking_id: UUID, *, at: datetime) -> Booking | None:
    """The booking, if it was hidden until now."""
    return await session.scalar(
        update(Booking)
        .where(Booking.id == booking_id, Booking.revealed_at.is_(None))
        .values(revealed_at=at)
        .returning(Booking)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


async def restate(session: AsyncSession, booking_id: UUID, **fields: Any) -> None:
    """What nobody else writes, whatever version stands there."""
    await session.execute(update(Booking).where(Booking.id == booking_id).values(**fields))


async def restate_payment(session: AsyncSession, booking_id: UUID, payment_status: str) -> None:
    """What became of the money after the end, beside the workflow: the one field that others than it may write."""
    await session.execute(update(Booking).where(Booking.id == booking_id).values(payment_status=payment_status))


async def dogs_of(session: AsyncSession, booking_id: UUID) -> Sequence[Dog]:
    return (
        await session.scalars(
            select(Dog).join(BookingDog, BookingDog.dog_id == Dog.id).where(BookingDog.booking_id == booking_id)
        )
    ).all()


async def home(session: AsyncSession, home_id: UUID) -> Home:
    return (await session.scalars(select(Home).where(Home.id == home_id))).one()


async def quote_for(session: AsyncSession, quote_id: UUID, owner_id: UUID) -> Quote | None:
    return await session.scalar(select(Quote).where(Quote.id == quote_id, Quote.owner_id == owner_id))


async def quote_and_use(session: AsyncSession, quote_id: UUID, owner_id: UUID) -> tuple[Quote | None, Booking | None]:
    """The owner's quote, and what was booked by it."""
    statement = select(Quote, Booking).outerjoin(Booking, Booking.quote_id == Quote.id)
    row = (await session.execute(statement.where(Quote.id == quote_id, Quote.owner_id == owner_id))).one_or_none()
    return (row[0], row[1]) if row else (None, None)


async def dogs_of_many(session: AsyncSession, booking_ids: Sequence[UUID]) -> dict[UUID, list[Dog]]:
    """One query for a page of bookings."""
    rows = await session.execute(DOGS_OF_MANY, {"booking_ids": list(booking_ids)})
    found: dict[UUID, list[Dog]] = {}
    for booking_id, dog in rows:
        found.setdefault(booking_id, []).append(dog)
    return found


async def homes_of_many(session: AsyncSession, home_ids: Sequence[UUID]) -> dict[UUID, Home]:
    found = await session.scalars(HOMES_OF_MANY, {"home_ids": list(set(home_ids))})
    return {home.id: home for home in found}


async def unstarted(session: AsyncSession, *, before: datetime, limit: int) -> Sequence[Booking]:
    """Reserved, but their workflow was never confirmed."""
    statement = select(Booking).where(Booking.revealed_at.is_(None), Booking.created_at < before)
    return (await session.scalars(statement.order_by(Booking.created_at).limit(limit))).all()


async def forget(session: AsyncSession, booking_id: UUID) -> None:
    """Deletes a booking nobody was ever shown. One that has been revealed meanwhile stays, with its dogs."""
    hidden = select(Booking.id).where(Booking.id == booking_id, Booking.revealed_at.is_(None)).with_for_update()
    if await session.scalar(hidden) is None:
        return
    await session.execute(delete(BookingDog).where(BookingDog.booking_id == booking_id))
    await session.execute(delete(Booking).where(Booking.id == booking_id))
