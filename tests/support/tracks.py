"""An assigned booking with its walk opened, and a phone's fixes as stored positions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from dogwalk.bootstrap import Resources
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.tracking import Position
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.policy import Walking
from tests.support.rows import make_booking, make_person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.domain.track import Fix

LAT, LON = 48.1372, 11.5756
PHONE = UUID(int=1)


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """Booking, people and walk of a first assignment."""

    resources: Resources
    booking_id: UUID
    walk_id: UUID
    owner_id: UUID
    walker_id: UUID

    @property
    def ids(self) -> dict[str, Any]:
        return {"booking_id": self.booking_id, "assignment_no": 1}

    async def store(self, fixes: Sequence[Fix], *, device_id: UUID = PHONE) -> None:
        rows = [
            {
                "walk_id": self.walk_id,
                "device_id": device_id,
                "at": (at := datetime.fromtimestamp(fix.at_s, UTC)),
                "lat": fix.lat,
                "lon": fix.lon,
                "accuracy_m": fix.accuracy_m,
                "flags": fix.flags,
                "received_at": at,
            }
            for fix in fixes
        ]
        async with self.resources.database.transaction() as session:
            await session.execute(insert(Position), rows)


async def assigned(resources: Resources, **fields: Any) -> Assigned:
    owner_id, walker_id = await make_person(resources), await make_person(resources, "Grace Walker")
    now = resources.clock.now()
    booking_id = await make_booking(
        resources, owner_id=owner_id, walker_id=walker_id, assignment_no=1, **{"status": "assigned", **fields}
    )
    async with resources.database.transaction() as session:
        session.add(Walker(person_id=walker_id, created_at=now))
        place = await bookings.home(session, (await session.get_one(Booking, booking_id)).home_id)
        place.lat, place.lon = LAT, LON
        await session.flush()
        ids = {"booking_id": booking_id, "assignment_no": 1, "walker_id": walker_id, "owner_id": owner_id}
        home = {"home_lat": LAT, "home_lon": LON}
        await resources.walk_recorder.open_walk(session, **ids, **home, policy_walking=Walking(), at=now)
        walk = await walks.get(session, booking_id, 1)
    assert walk is not None
    return Assigned(resources=resources, booking_id=booking_id, walk_id=walk.id, owner_id=owner_id, walker_id=walker_id)
