"""What a walker's phone sends: once round the block, a fix every few seconds, home again at the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import cos, pi, sin
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import insert, select

from dogwalk.db.models.tracking import Position, Walk
from dogwalk.domain.geo import Grid

if TYPE_CHECKING:
    from dogwalk.db.session import Database

EVERY_S = 10.0
RADIUS_M = 150.0
PHONE = UUID(int=1)


def round_the_block(lat: float, lon: float, *, from_: datetime, to: datetime) -> list[tuple[datetime, float, float]]:
    """`(at, lat, lon)`: a circle that touches home, walked once."""
    grid, span_s = Grid(lat, lon), (to - from_).total_seconds()
    count = max(2, int(span_s / EVERY_S) + 1)
    return [_point(grid, from_ + timedelta(seconds=span_s * n / (count - 1)), n / (count - 1)) for n in range(count)]


def _point(grid: Grid, at: datetime, done: float) -> tuple[datetime, float, float]:
    angle = 2 * pi * done
    return at, *grid.to_degrees(RADIUS_M * (1 - cos(angle)), RADIUS_M * sin(angle))


async def store(database: Database, booking_id: UUID, points: list[tuple[datetime, float, float]]) -> None:
    """Beside the ingest, for tests that are about the booking."""
    async with database.transaction() as session:
        walk = (
            await session.scalars(select(Walk).where(Walk.booking_id == booking_id).order_by(Walk.assignment_no.desc()))
        ).first()
        assert walk is not None
        rows = [
            {"walk_id": walk.id, "device_id": PHONE, "at": at, "lat": lat, "lon": lon, "accuracy_m": 8.0}
            | {"received_at": datetime.now(UTC), "flags": 0}
            for at, lat, lon in points
        ]
        await session.execute(insert(Position), rows)
