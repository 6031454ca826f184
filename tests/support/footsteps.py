"""What a walker's phone would have sent: round the block and home again, as stored positions."""

from __future__ import annotations

from datetime import timedelta
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.tracking import Position
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.geo import Grid
from dogwalk.services.tracking.point import Batch, Point

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.bootstrap import Resources
    from dogwalk.db.models.tracking import Walk
    from dogwalk.services.tracking.point import Receipt

PACE_MPS = 1.25
STEP_S = 5


async def leave_footsteps(
    resources: Resources,
    booking_id: UUID,
    *,
    first: datetime,
    last: datetime,
    pace_mps: float = PACE_MPS,
    away_m: float = 0.0,
) -> int:
    """Positions of the booking's present walk, in a circle from home and back; at no pace standing still, `away_m` from
    home. How many there are.
    """
    async with resources.database.transaction() as session:
        booking = await bookings.get(session, booking_id)
        assert booking is not None
        walk = await walks.get(session, booking_id, booking.assignment_no)
        assert walk is not None
        radius_m = pace_mps * max(1.0, (last - first).total_seconds()) / (2 * pi)
        rows = [_row(walk, at, first, last, radius_m, away_m) for at in _times(first, last)]
        await session.execute(insert(Position).values(rows).on_conflict_do_nothing())
        walk.last_at = max(last, walk.last_at or last)
    return len(rows)


async def send_footsteps(resources: Resources, booking_id: UUID, *, first: datetime, last: datetime) -> Receipt:
    """The same round, as a phone that was offline sends it now: through the ingest."""
    async with resources.database.transaction() as session:
        booking = await bookings.get(session, booking_id)
        assert booking is not None
        walk = await walks.get(session, booking_id, booking.assignment_no)
        assert walk is not None
    radius_m = PACE_MPS * max(1.0, (last - first).total_seconds()) / (2 * pi)
    rows = [_row(walk, at, first, last, radius_m, 0.0) for at in _times(first, last)]
    points = [Point(at=row["at"], lat=row["lat"], lon=row["lon"], accuracy_m=row["accuracy_m"]) for row in rows]
    return await resources.ingest.add(Batch(walk.id, rows[0]["device_id"], resources.clock.now(), points))


def _times(first: datetime, last: datetime) -> list[datetime]:
    count = int((last - first).total_seconds() // STEP_S)
    return [*(first + timedelta(seconds=step * STEP_S) for step in range(count)), last]


def _row(walk: Walk, at: datetime, first: datetime, last: datetime, radius_m: float, away_m: float) -> dict[str, Any]:
    span_s = max(1.0, (last - first).total_seconds())
    angle = 2 * pi * (at - first).total_seconds() / span_s
    lat, lon = Grid(walk.home_lat, walk.home_lon).to_degrees(
        away_m + radius_m * sin(angle), radius_m * (1 - cos(angle))
    )
    return {
        "walk_id": walk.id,
        "device_id": UUID(int=walk.id.int ^ 1),
        "at": at,
        "lat": lat,
        "lon": lon,
        "accuracy_m": 5.0,
        "flags": 0,
        "received_at": at,
    }
