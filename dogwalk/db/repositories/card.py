"""A person as one who saves cards: the customer at Stripe, the default card, set-ups begun, and cards in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select, update

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.payment import CardSetup
from dogwalk.db.models.person import Person

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def holder(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> Person | None:
    statement = select(Person).where(Person.id == person_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def set_customer(session: AsyncSession, person_id: UUID, customer_id: str) -> None:
    """The first customer stays: two requests at once made the same one, under the same key."""
    await session.execute(
        update(Person)
        .where(Person.id == person_id, Person.stripe_customer_id.is_(None))
        .values(stripe_customer_id=customer_id)
        .execution_options(synchronize_session=False)
    )


async def set_default(session: AsyncSession, person_id: UUID, payment_method_id: str | None) -> None:
    await session.execute(
        update(Person)
        .where(Person.id == person_id)
        .values(default_payment_method_id=payment_method_id)
        .execution_options(synchronize_session=False)
    )


async def setup(session: AsyncSession, setup_id: UUID, person_id: UUID) -> CardSetup | None:
    return await session.scalar(select(CardSetup).where(CardSetup.id == setup_id, CardSetup.person_id == person_id))


async def add_setup(session: AsyncSession, setup_id: UUID, person_id: UUID, at: datetime) -> None:
    session.add(CardSetup(id=setup_id, person_id=person_id, created_at=at))
    await session.flush()


async def setups_since(session: AsyncSession, person_id: UUID, since: datetime) -> tuple[int, datetime | None]:
    """How many, and when the oldest of them was begun."""
    found = await session.execute(
        select(func.count(), func.min(CardSetup.created_at)).where(
            CardSetup.person_id == person_id, CardSetup.created_at > since
        )
    )
    count, oldest = found.one()
    return count, oldest


async def has_open_booking(session: AsyncSession, person_id: UUID, payment_method_id: str) -> bool:
    paid_with = exists().where(
        Booking.owner_id == person_id,
        Booking.payment_method_id == payment_method_id,
        Booking.closed_at.is_(None),
    )
    return bool(await session.scalar(select(paid_with)))
