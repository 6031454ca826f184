"""A walker's phone in a world: positions through the ingest, as they come, and what they set off passed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.household import Geofence
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.geo import Grid
from dogwalk.services.tracking.crossings import Crossings
from dogwalk.services.tracking.point import Batch, Point
from tests.support.world import World

if TYPE_CHECKING:
    from dogwalk.services.tracking.point import Receipt
    from tests.support.people import Owner

DEVICE = UUID(int=7)


@dataclass(frozen=True, kw_only=True)
class Wanderer:
    """`lat`, `lon`: the home she walks from."""

    world: World
    booking_id: UUID
    walk_id: UUID
    lat: float
    lon: float

    async def send(self, *points: Point) -> Receipt:
        return await self.world.resources.ingest.add(Batch(self.walk_id, DEVICE, self.world.now(), points))

    def at(self, at: datetime, distance_m: float) -> Point:
        """So far east of home."""
        lat, lon = Grid(self.lat, self.lon).to_degrees(distance_m, 0.0)
        return Point(at=at, lat=lat, lon=lon, accuracy_m=5.0)

    def stay(self, first: datetime, span: timedelta, distance_m: float, *, every_s: int = 2) -> list[Point]:
        count = int(span.total_seconds()) // every_s
        return [self.at(first + timedelta(seconds=n * every_s), distance_m) for n in range(count + 1)]

    async def pass_on(self) -> int:
        """What the relay does all the time."""
        crossings = Crossings(database=self.world.resources.database)
        return await crossings.pass_on(self.world.running, at=self.world.now(), limit=100)


async def wanderer(world: World, booking_id: UUID) -> Wanderer:
    """Of the booking's present walk."""
    async with world.resources.database.transaction() as session:
        booking = await bookings.get(session, booking_id)
        assert booking is not None
        walk = await walks.get(session, booking_id, booking.assignment_no)
        assert walk is not None
    return Wanderer(world=world, booking_id=booking_id, walk_id=walk.id, lat=walk.home_lat, lon=walk.home_lon)


async def safe_area(world: World, owner: Owner, *, radius_m: float, lat: float, lon: float) -> None:
    async with world.resources.database.transaction() as session:
        session.add(
            Geofence(
                id=uuid7(),
                home_id=owner.home_id,
                name="Around the block",
                kind="safe_area",
                circle={"lat": lat, "lon": lon, "radius_m": radius_m},
                created_at=world.now(),
            )
        )
