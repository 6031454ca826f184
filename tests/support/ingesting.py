"""A walk under way and its phones, on the way into the ingest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, select

from dogwalk.db.models.tracking import Position, QuarantinedPosition, Walk
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.geo import Grid
from dogwalk.services.tracking.point import Batch, Point
from dogwalk.services.tracking.running import Running
from tests.support.tracks import LAT, LON, PHONE, Assigned, assigned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from dogwalk.services.tracking.ingest import Ingest
    from dogwalk.services.tracking.point import Receipt

SINCE = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """On the way for half an hour, the dog fetched since `started_at`."""

    walk: Assigned
    opened_at: datetime
    now: datetime

    @property
    def resources(self) -> Resources:
        return self.walk.resources

    def batch(self, points: Sequence[Point], *, device_id: UUID = PHONE) -> Batch:
        return Batch(self.walk.walk_id, device_id, self.now, points)

    async def send(self, points: Sequence[Point], *, device_id: UUID = PHONE, ingest: Ingest | None = None) -> Receipt:
        return await (ingest or self.resources.ingest).add(self.batch(points, device_id=device_id))

    def point(self, at_s: float, *, distance_m: float = 200.0, **fields: Any) -> Point:
        """`at_s` after the opening, so far east of home."""
        lat, lon = Grid(LAT, LON).to_degrees(distance_m, 0.0)
        given = {"lat": lat, "lon": lon, "accuracy_m": 5.0, "seq": int(at_s) if at_s >= 0 else None, **fields}
        return Point(at=self.opened_at + timedelta(seconds=at_s), **given)

    def steps(self, count: int, *, first_s: float = 0.0) -> list[Point]:
        """One a second, walking away."""
        return [self.point(first_s + n, distance_m=100.0 + n) for n in range(count)]

    async def say(self, method: str, **given: Any) -> None:
        async with self.resources.database.transaction() as session:
            await getattr(self.resources.walk_recorder, method)(session, **self.walk.ids, **given)

    async def row(self) -> Walk:
        async with self.resources.database.transaction() as session:
            found = await walks.get(session, self.walk.booking_id, 1)
        assert found is not None
        return found

    async def running(self) -> Running:
        return msgspec.convert((await self.row()).state, Running, strict=False)

    async def stored(self) -> Sequence[Position]:
        async with self.resources.database.transaction() as session:
            statement = select(Position).where(Position.walk_id == self.walk.walk_id).order_by(Position.at)
            return (await session.scalars(statement)).all()

    async def quarantined(self) -> dict[str, int]:
        """By code."""
        async with self.resources.database.transaction() as session:
            found = await session.execute(
                select(QuarantinedPosition.code, func.count().label("kept"))
                .where(QuarantinedPosition.walk_id == self.walk.walk_id)
                .group_by(QuarantinedPosition.code)
            )
            return {row.code: row.kept for row in found}


async def under_way(resources: Resources) -> UnderWay:
    now = resources.clock.now().replace(microsecond=0)
    made = UnderWay(walk=await assigned(resources), opened_at=now - SINCE, now=now)
    await made.say("opened", opens_at=made.opened_at)
    await made.say("start", at=made.opened_at)
    return made
