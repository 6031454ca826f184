"""Which walkers fit a booking, at its own time or at another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import candidate as candidates
from dogwalk.db.repositories import meeting as meetings
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.pricing import base_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.domain.matching import Candidate

NO_ROUND = 0  # rounds count from 1: nobody was asked in this one
SHIFTS = tuple(timedelta(hours=hours) for hours in (1, 2, 3, 4, 23, 24, 25, 48))
ALTERNATIVES = 3


async def fitting(
    session: AsyncSession,
    booking: Booking,
    *,
    at: datetime,
    round_: int = NO_ROUND,
    only: Sequence[UUID] = (),
    radius_percent: int = 100,
    shift: timedelta = timedelta(0),
    asap: bool = False,
) -> Sequence[Candidate]:
    """The best walkers who fit, free at the booking's time moved by `shift`, not asked in this round before. `asap`: who
    is on call as well, though the booking was made for later.
    """
    search = await search_of(session, booking, at=at, round_=round_, radius_percent=radius_percent, asap=asap)
    starts_at, ends_at = booking.starts_at + shift, booking.ends_at + shift
    moved = replace(search, starts_at=starts_at, ends_at=ends_at, only=list(only))
    return await candidates.candidates(session, moved)


async def search_of(
    session: AsyncSession, booking: Booking, *, at: datetime, round_: int, radius_percent: int, asap: bool
) -> candidates.Search:
    """What a walker must fit for this booking, at its own time and price: a direct request may pay above the card."""
    home = await bookings.home(session, booking.home_id)
    dogs = await bookings.dogs_of(session, booking.id)
    policy = await policies.by_version(session, booking.market_id, booking.policy_version)
    return candidates.Search(
        booking_id=booking.id,
        round=round_,
        owner_id=booking.owner_id,
        lat=home.lat,
        lon=home.lon,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        travel_buffer_s=policy.offers.travel_buffer_s,
        dogs=len(dogs),
        heaviest_kg=max(dog.weight_kg for dog in dogs),
        service=booking.service,
        base_rate=base_of(booking.lines),
        radius_percent=radius_percent,
        only=[],
        asap=asap or booking.asap,
        at=at,
        limit=candidates.POOL,
    )


def since_asked_for(booking: Booking, at: datetime) -> timedelta:
    """A walk as soon as possible begins no earlier than now, however long ago it was asked for."""
    return max(at - booking.starts_at, timedelta(0)) if booking.asap else timedelta(0)


async def alternatives(session: AsyncSession, booking: Booking, *, at: datetime) -> list[datetime]:
    """The nearest later starts that could be booked now and for which somebody would be free: what an owner is told whom
    nobody could walk for. Of a meeting those of its walker.
    """
    walker_id = await meetings.asked_of(session, booking)
    policy = await policies.by_version(session, booking.market_id, booking.policy_version)
    search = await search_of(session, booking, at=at, round_=NO_ROUND, radius_percent=100, asap=False)
    planned = replace(search, only=[walker_id] if walker_id else [], asap=False, limit=1)
    earliest = at + timedelta(seconds=policy.offers.min_lead_s)
    found: list[datetime] = []
    for shift in SHIFTS:
        if len(found) == ALTERNATIVES:
            break
        starts_at, ends_at = booking.starts_at + shift, booking.ends_at + shift
        moved = replace(planned, starts_at=starts_at, ends_at=ends_at)
        if starts_at >= earliest and await candidates.candidates(session, moved):
            found.append(starts_at)
    return found
