"""Walkers as owners find them: who could come, and when. Nobody learns where a walker lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import calendar, candidate, walker_card
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import relation as relations
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.availability import Slot, Wanted, free_starts
from dogwalk.domain.geo import coarse_point
from dogwalk.domain.local_time import zone
from dogwalk.domain.matching import rank
from dogwalk.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
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
    """`distance_m` to 500 m."""

    card: Card
    distance_m: int
    score: float


class WalkerSearch:
    def __init__(self, *, database: Database, markets: Markets) -> None:
        self._database = database
        self._markets = markets

    async def near(self, place: Place, *, limit: int, at: datetime) -> list[Found]:
        """Who could take it, the best first. It is looked from the nearest crossing of a grid of 500 m: many questions
        from places close together tell no more of a walker's home than one. Raises InvalidInput `area_not_served`.
        """
        _, policy = await self._markets.served(lat=place.lat, lon=place.lon, at=at, pointer="/query/lat")
        async with self._database.transaction() as session:
            found = await candidate.candidates(session, _search(place, policy.offers.travel_buffer_s, at, limit))
            best = rank(found, at=at)[:limit]
            cards = await _cards(session, place.viewer_id, [one.candidate.walker_id for one in best])
        return [
            Found(card=cards[one.candidate.walker_id], distance_m=_coarse(one.candidate.distance_m), score=one.score)
            for one in best
        ]

    async def card(self, viewer_id: UUID, walker_id: UUID) -> Card:
        """NotFound for one who may not be offered walks."""
        async with self._database.transaction() as session:
            cards = await _cards(session, viewer_id, [walker_id])
        if walker_id not in cards:
            raise NotFound("No such walker")
        return cards[walker_id]

    async def slots(
        self, walker_id: UUID, *, from_: datetime, to: datetime, duration: timedelta, at: datetime
    ) -> list[datetime]:
        """When she could start, in order. Raises InvalidInput `ends_before_start`, `span_too_long`; NotFound."""
        async with self._database.transaction() as session:
            known = await walker_card.visible(session, [walker_id])
            if not known:
                raise NotFound("No such walker")
            _check_span(from_, to)
            walker = known[0][0]
            market = await self._markets.find(session, lat=walker.home_lat or 0.0, lon=walker.home_lon or 0.0)
            if market is None:
                return []
            offers = (await policies.in_force(session, market.id, at)).offers
            earliest = max(from_, at + timedelta(seconds=offers.min_lead_s), walker.blocked_until or from_)
            buffer = timedelta(seconds=offers.travel_buffer_s)
            wanted = Wanted(from_=earliest, to=to, duration=duration, travel_buffer=buffer)
            week = [Slot(row.weekday, row.from_time, row.to_time) for row in await walkers.weekly(session, walker_id)]
            busy = await calendar.busy(session, walker_id, from_=from_, to=to + duration + buffer)
        return free_starts(wanted, week=week, busy=busy, time_zone=zone(walker.time_zone))


def _search(place: Place, travel_buffer_s: int, at: datetime, limit: int) -> candidate.Search:
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
        limit=max(candidate.POOL, limit),
    )


async def _cards(session: AsyncSession, viewer_id: UUID, walker_ids: Sequence[UUID]) -> dict[UUID, Card]:
    known = await walker_card.visible(session, walker_ids)
    favourites = await relations.favourites_among(session, viewer_id, walker_ids)
    blocked = await relations.blocked_among(session, viewer_id, walker_ids)
    return {
        walker.person_id: Card(
            walker=walker,
            first_name=name.split()[0] if name.split() else "",
            is_favourite=walker.person_id in favourites,
            is_blocked=walker.person_id in blocked,
            photo_key=photo_key,
        )
        for walker, name, photo_key in known
    }


def _coarse(distance_m: float) -> int:
    return round(distance_m / COARSE_M) * int(COARSE_M)


def _check_span(from_: datetime, to: datetime) -> None:
    if to <= from_:
        raise InvalidInput("The span ends after it starts", code="ends_before_start", pointer="/query/to")
    if to - from_ > LONGEST_SPAN:
        raise InvalidInput("14 days at most", code="span_too_long", pointer="/query/to")
