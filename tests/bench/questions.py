"""What B5 asks of a crowd, by the code that asks it in the product: each takes a session and one turn of chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.repositories import calendar, candidate, walker_card
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.availability import Slot, Wanted, free_starts
from dogwalk.domain.local_time import zone
from dogwalk.domain.matching import rank
from tests.bench.crowd import BUFFER, FIRST, Crowd

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession


HALF_AN_HOUR = timedelta(minutes=30)
NOBODY = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`booking_id`: one that nobody has yet."""

    crowd: Crowd
    booking_id: UUID
    chance: Random

    def walker_id(self) -> UUID:
        return self.crowd.walker_id(self.chance.randrange(self.crowd.walkers))

    def start(self) -> datetime:
        """In the day, in the ten days the calendars know."""
        return FIRST + timedelta(days=self.chance.randrange(10), minutes=15 * self.chance.randrange(48, 88))


async def matching(session: AsyncSession, asked: Asked, *, asap: bool = False) -> None:
    lat, lon = asked.crowd.somewhere(asked.chance)
    start = asked.start()
    found = await candidate.candidates(session, search(asked.booking_id, lat=lat, lon=lon, start=start, asap=asap))
    rank(found, at=start)


async def matching_asap(session: AsyncSession, asked: Asked) -> None:
    """Who is on call as well, from where she waits."""
    await matching(session, asked, asap=True)


async def matching_in_a_year(session: AsyncSession, asked: Asked) -> None:
    lat, lon = asked.crowd.somewhere(asked.chance)
    start = asked.start() + timedelta(days=364)
    await candidate.candidates(session, search(asked.booking_id, lat=lat, lon=lon, start=start, asap=False))


async def cards(session: AsyncSession, asked: Asked) -> None:
    """What an owner who looks for walkers sees of them."""
    lat, lon = asked.crowd.somewhere(asked.chance)
    start = asked.start()
    await walker_card.fitting(session, search(NOBODY, lat=lat, lon=lon, start=start, asap=False))


async def slots(session: AsyncSession, asked: Asked) -> None:
    walker_id, from_ = asked.walker_id(), asked.start()
    wanted = Wanted(from_=from_, to=from_ + timedelta(days=1), duration=HALF_AN_HOUR, travel_buffer=BUFFER)
    week = [Slot(row.weekday, row.from_time, row.to_time) for row in await walkers.weekly(session, walker_id)]
    busy = await calendar.busy(session, walker_id, from_=from_, to=wanted.to + HALF_AN_HOUR + BUFFER)
    free_starts(wanted, week=week, busy=busy, time_zone=zone("America/New_York"))


async def conflict(session: AsyncSession, asked: Asked) -> None:
    """An assignment written into a calendar, at an hour of the night in which she is free."""
    start = FIRST + timedelta(days=asked.chance.randrange(10), hours=5)
    await calendar.assign(
        session,
        booking_id=asked.booking_id,
        assignment_no=1,
        walker_id=asked.walker_id(),
        starts_at=start,
        ends_at=start + HALF_AN_HOUR,
        travel_buffer_s=int(BUFFER.total_seconds()),
        at=start,
    )


QUESTIONS: Mapping[str, Callable[[AsyncSession, Asked], Awaitable[None]]] = MappingProxyType(
    {"matching": matching, "matching at once": matching_asap, "slots of a walker": slots, "conflict check": conflict}
)


def search(booking_id: UUID, *, lat: float, lon: float, start: datetime, asap: bool) -> candidate.Search:
    return candidate.Search(
        booking_id=booking_id,
        round=1,
        owner_id=NOBODY,
        lat=lat,
        lon=lon,
        starts_at=start,
        ends_at=start + HALF_AN_HOUR,
        travel_buffer_s=int(BUFFER.total_seconds()),
        dogs=1,
        heaviest_kg=20.0,
        service="walk_30",
        base_rate=2500,
        radius_percent=100,
        only=[],
        asap=asap,
        at=start,
        limit=candidate.POOL,
    )
