"""Walkers who fit, as plain rows, and a search that finds them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.person import PersonRole
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import candidate, walker
from dogwalk.domain.availability import Slot
from tests.support.households import LAT, LON
from tests.support.rows import make_person

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.api import Api

ZONE = "America/New_York"
HALF_AN_HOUR = timedelta(minutes=30)


async def make_walker(api: Api, *, distance_m: float = 800.0, week: list[Slot] | None = None, **fields: Any) -> UUID:
    """Fit for offers, open all week unless one is given."""
    person_id, now = await make_person(api.resources, "Grace Walker"), api.clock.now()
    home = {"home_lat": LAT + distance_m / 111_195.0, "home_lon": LON, "time_zone": ZONE}
    fit = {"verified_at": now, "two_factor_on": True, "payout_active": True, "created_at": now}
    async with api.resources.database.transaction() as session:
        session.add(PersonRole(person_id=person_id, role="walker", granted_at=now))
        session.add(Walker(**{"person_id": person_id, **home, **fit, **fields}))
        await session.flush()
        always = [Slot(day, time(0), time(0)) for day in range(7)]
        await walker.replace_weekly(session, person_id, always if week is None else week)
    return person_id


def noon(days: int = 2) -> datetime:
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)


def search_at(start: datetime) -> candidate.Search:
    """From the middle of the market, by nobody."""
    return candidate.Search(
        booking_id=uuid7(),
        round=0,
        owner_id=uuid7(),
        lat=LAT,
        lon=LON,
        starts_at=start,
        ends_at=start + HALF_AN_HOUR,
        travel_buffer_s=900,
        dogs=1,
        heaviest_kg=1,
        service="walk_30",
        base_rate=2500,
        radius_percent=100,
        only=[],
        asap=False,
        at=start,
        limit=5,
    )
