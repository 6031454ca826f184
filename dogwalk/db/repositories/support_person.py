"""People as support finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.person import LoginSession, Person
from dogwalk.db.models.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def find(session: AsyncSession, wanted: str, *, limit: int) -> Sequence[Person]:
    """By id, by the beginning of address or number, or by a part of the name."""
    statement = select(Person).where(_matches(wanted)).order_by(Person.name, Person.id).limit(limit)
    return (await session.scalars(statement)).all()


async def walker(session: AsyncSession, person_id: UUID) -> Walker | None:
    return await session.scalar(select(Walker).where(Walker.person_id == person_id))


async def count_open_sessions(session: AsyncSession, person_id: UUID, at: datetime) -> int:
    is_open = (LoginSession.revoked_at.is_(None), LoginSession.expires_at > at)
    return await session.scalar(select(func.count()).where(LoginSession.person_id == person_id, *is_open)) or 0


async def count_open_bookings(session: AsyncSession, person_id: UUID) -> int:
    hers = or_(Booking.owner_id == person_id, Booking.walker_id == person_id)
    return await session.scalar(select(func.count()).where(hers, Booking.closed_at.is_(None))) or 0


def _matches(wanted: str) -> ColumnElement[bool]:
    try:
        return Person.id == UUID(wanted)
    except ValueError:
        return or_(
            Person.email.startswith(wanted.lower(), autoescape=True),
            Person.phone.startswith(wanted, autoescape=True),
            Person.name.icontains(wanted, autoescape=True),
        )
