"""Bookings with what is shown beside them, home and walker, in one query: one booking, or a page of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Home
from dogwalk.db.models.person import Person
from dogwalk.db.models.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkerCard:
    """What an owner sees of the walker who comes."""

    id: UUID
    first_name: str
    rating: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    booking: Booking
    home: Home
    walker: WalkerCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFilter:
    role: str | None = None
    status: str | None = None
    outcome: str | None = None
    starts_from: datetime | None = None
    starts_to: datetime | None = None


# Put together once: building a statement costs about as much as running it.
SEEN = (
    select(Booking, Home, Walker.person_id, Walker.rating, Person.name)
    .join(Home, Home.id == Booking.home_id)
    .outerjoin(Walker, Walker.person_id == Booking.walker_id)
    .outerjoin(Person, Person.id == Walker.person_id)
    .where(Booking.revealed_at.is_not(None))
)
AS_OWNER = Booking.owner_id == bindparam("viewer_id")
AS_WALKER = Booking.walker_id == bindparam("viewer_id")
ONE = SEEN.where(Booking.id == bindparam("booking_id"), AS_OWNER | AS_WALKER)
PAGE = SEEN.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(bindparam("at_most", type_=Integer))
MINE = {"owner": PAGE.where(AS_OWNER), "walker": PAGE.where(AS_WALKER), None: PAGE.where(AS_OWNER | AS_WALKER)}


async def of_party(session: AsyncSession, booking_id: UUID, viewer_id: UUID) -> Seen | None:
    """The booking if it is shown at all and the viewer is its owner or its assigned walker."""
    row = (await session.execute(ONE, {"booking_id": booking_id, "viewer_id": viewer_id})).one_or_none()
    return _seen(row) if row else None


async def page_for(
    session: AsyncSession, viewer_id: UUID, *, chosen: PageFilter, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Seen]:
    """Latest start first. `before` is the last row of the page already seen, as (starts_at, id)."""
    statement = MINE[chosen.role]
    if chosen.status:
        statement = statement.where(Booking.status == chosen.status)
    if chosen.outcome:
        statement = statement.where(Booking.outcome == chosen.outcome)
    if chosen.starts_from:
        statement = statement.where(Booking.starts_at >= chosen.starts_from)
    if chosen.starts_to:
        statement = statement.where(Booking.starts_at < chosen.starts_to)
    if before:
        statement = statement.where(func.row(Booking.starts_at, Booking.id) < func.row(*before))
    rows = await session.execute(statement, {"viewer_id": viewer_id, "at_most": limit})
    return [_seen(row) for row in rows]


def _seen(row: Row[Booking, Home, UUID, float, str]) -> Seen:
    booking, home, walker_id, rating, name = row
    return Seen(booking=booking, home=home, walker=_card(walker_id, rating, name))


def _card(walker_id: UUID | None, rating: float, name: str) -> WalkerCard | None:
    """None while nobody is assigned."""
    if walker_id is None:
        return None
    return WalkerCard(id=walker_id, first_name=name.split(maxsplit=1)[0] if name.split() else "", rating=rating)
