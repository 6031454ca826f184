"""Walkers as owners find them: who could come, and when. Nobody learns where a walker lives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import calendar, candidate, walker_card
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.availability import Slot, Wanted, free_starts
from dogwalk.domain.geo import coarse_point, haversine_m
from dogwalk.domain.local_time import zone
from dogwalk.domain.matching import rank
from dogwalk.errors import InvalidInput, NotFound
from dogwalk.services.quote import AHEAD_MAX

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.repositories.walker_card import Seen
    from dogwalk.db.session import Database
    from dogwalk.domain.matching import Candidate
    from dogwalk.services.market import Markets

COARSE_M = 500.0
NO_BOOKING = UUID(int=0)
ANY_PRICE = 2**62
LONGEST_SPAN = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and when a walk is wanted, by whom."""

    viewer_id: UUID
    lat: float
    lon: float
    starts_at: datetime
    duration: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    walker: Walker
    first_name: str
    is_favourite: bool
    is_blocked: bool
    photo_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`distance_m` to 500 m, and a score that goes by it."""

    card: Card
    distance_m: int
    score: float


class WalkerSearch:
    def __init__(self, *, database: Database, markets: Markets) -> None:
        self._database = database
        self._markets = markets

    async def near(self, place: Place, *, limit: int, at: datetime) -> list[Found]:
        """Who could take it, the best first. It is looked from the nearest crossing of a grid of 500 m: many questions
        from places close together tell no more of a walker's home than one; and her home counts as its own nearest
        crossing in what is shown, or the score would give the distance away. Raises InvalidInput `area_not_served`.
        """
        _, policy = await self._markets.served(lat=place.lat, lon=place.lon, at=at, pointer="/query/lat")
        search = _search(place, travel_buffer_s=policy.offers.travel_buffer_s, at=at, limit=limit)
        async with self._database.transaction() as session:
            fit = await walker_card.fitting(session, search)
        seen = {_roughly(one, found.walker, search): found for one, found in fit}
        return [
            Found(card=_card(seen[one.candidate]), distance_m=_coarse(one.candidate.distance_m), score=one.score)
            for one in rank(seen, at=at)
        ]

    async def card(self, viewer_id: UUID, walker_id: UUID) -> Card:
        """NotFound for one who may not be offered walks."""
        async with self._database.transaction() as session:
            return _card(await _seen(session, walker_id, viewer_id))

    async def slots(
        self, viewer_id: UUID, walker_id: UUID, *, from_: datetime, to: datetime, duration: timedelta, at: datetime
    ) -> list[datetime]:
        """When she could start, in order; as far ahead as may be booked, never while she gets no requests. Raises
        InvalidInput `ends_before_start`, `span_too_long`; NotFound.
        """
        async with self._database.transaction() as session:
            walker = (await _seen(session, walker_id, viewer_id)).walker
            _check_span(from_, to)
            market = await self._markets.find(session, lat=walker.home_lat or 0.0, lon=walker.home_lon or 0.0)
            if market is None or (walker.blocked_until is not None and at < walker.blocked_until):
                return []
            offers = (await policies.in_force(session, market.id, at)).offers
            earliest = max(from_, at + timedelta(seconds=offers.min_lead_s))
            buffer = timedelta(seconds=offers.travel_buffer_s)
            wanted = Wanted(from_=earliest, to=min(to, at + AHEAD_MAX), duration=duration, travel_buffer=buffer)
            week = [Slot(row.weekday, row.from_time, row.to_time) for row in await walkers.weekly(session, walker_id)]
            busy = await calendar.busy(session, walker_id, from_=from_, to=to + duration + buffer)
        return free_starts(wanted, week=week, busy=busy, time_zone=zone(walker.time_zone))


def _search(place: Place, *, travel_buffer_s: int, at: datetime, limit: int) -> candidate.Search:
    lat, lon = coarse_point(place.lat, place.lon, grid_m=COARSE_M)
    return candidate.Search(
        booking_id=NO_BOOKING,
        round=0,
        owner_id=place.viewer_id,
        lat=lat,
        lon=lon,
        starts_at=place.starts_at,
        ends_at=place.starts_at + place.duration,
        travel_buffer_s=travel_buffer_s,
        dogs=1,
        heaviest_kg=0,
        service="",
        base_rate=ANY_PRICE,
        radius_percent=100,
        only=[],
        asap=False,
        at=at,
        limit=limit,
    )


def _roughly(one: Candidate, walker: Walker, search: candidate.Search) -> Candidate:
    lat, lon = coarse_point(walker.home_lat or 0.0, walker.home_lon or 0.0, grid_m=COARSE_M)
    return replace(one, distance_m=haversine_m(search.lat, search.lon, lat, lon))


async def _seen(session: AsyncSession, walker_id: UUID, viewer_id: UUID) -> Seen:
    seen = await walker_card.visible(session, walker_id, viewer_id=viewer_id)
    if seen is None:
        raise NotFound("No such walker")
    return seen


def _card(seen: Seen) -> Card:
    return Card(
        walker=seen.walker,
        first_name=seen.name.split()[0] if seen.name.split() else "",
        is_favourite=seen.is_favourite,
        is_blocked=seen.is_blocked,
        photo_key=seen.photo_key,
    )


def _coarse(distance_m: float) -> int:
    return round(distance_m / COARSE_M) * int(COARSE_M)


def _check_span(from_: datetime, to: datetime) -> None:
    if to <= from_:
        raise InvalidInput("The span ends after it starts", code="ends_before_start", pointer="/query/to")
    if to - from_ > LONGEST_SPAN:
        raise InvalidInput("14 days at most", code="span_too_long", pointer="/query/to")
