"""Who a message goes to, by which devices, and what it may say about a booking."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from dogwalk.db.models.booking import Booking, BookingDog
from dogwalk.db.models.household import Dog
from dogwalk.db.models.person import Device, Person

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """`dog_names` in alphabetical order."""

    booking: Booking
    dog_names: tuple[str, ...]


async def people(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Person]:
    found = await session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: person for person in found}


async def devices(session: AsyncSession, person_ids: Collection[UUID]) -> dict[UUID, list[Device]]:
    found = await session.scalars(select(Device).where(Device.person_id.in_(person_ids)).order_by(Device.id))
    by_person: dict[UUID, list[Device]] = defaultdict(list)
    for device in found:
        by_person[device.person_id].append(device)
    return by_person


async def bookings(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, BookingFacts]:
    rows = await session.scalars(select(Booking).where(Booking.id.in_(ids)))
    names = await _dog_names(session, ids)
    return {row.id: BookingFacts(booking=row, dog_names=tuple(names[row.id])) for row in rows}


async def forget_device(session: AsyncSession, *, device_id: UUID, value: str) -> None:
    """The provider no longer knows it. A device that got a new value meanwhile stays."""
    await session.execute(delete(Device).where(Device.id == device_id, Device.value == value))


async def _dog_names(session: AsyncSession, booking_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    rows = await session.execute(
        select(BookingDog.booking_id, Dog.name)
        .join(Dog, Dog.id == BookingDog.dog_id)
        .where(BookingDog.booking_id.in_(booking_ids))
        .order_by(Dog.name)
    )
    names: dict[UUID, list[str]] = defaultdict(list)
    for booking_id, name in rows:
        names[booking_id].append(name)
    return names
