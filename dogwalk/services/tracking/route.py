"""The route of a booking's walk, for the owner and the assigned walker. Nothing of it is shown before the start."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import track as tracks
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.track import Fix
from dogwalk.domain.track.figures import Figures, figures_of, figures_stored
from dogwalk.domain.track.filters import clean
from dogwalk.domain.track.packed import unpack
from dogwalk.domain.track.shape import encoded_route
from dogwalk.domain.track.walked import walked
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.tracking import Track, Walk
    from dogwalk.db.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`fixes` are the credible ones of the walk, in order of time; `polyline` is precision 5. Before the start there is
    neither, and no figures.
    """

    booking_id: UUID
    started_at: datetime | None = None
    finished_at: datetime | None = None
    polyline: str = ""
    figures: Figures | None = None
    fixes: list[Fix] = field(default_factory=list)


class RouteReader:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, booking_id: UUID, person_id: UUID, *, at: datetime) -> Route:
        """So far, or as it was finished. NotFound for one who is no party to the booking."""
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, person_id)
            if booking is None:
                raise NotFound("No such booking")
            walk = await walks.get(session, booking_id, booking.assignment_no)
            if walk is None or walk.started_at is None:
                return Route(booking_id=booking_id)
            track = await tracks.get(session, walk.id) if walk.finished_at else None
            return _finished(walk, track) if track else await _so_far(session, walk, walk.started_at, at)


def _finished(walk: Walk, track: Track) -> Route:
    devices = unpack(track.packed)
    kept = clean(devices[0])[0] if devices else []
    return Route(
        booking_id=walk.booking_id,
        started_at=walk.started_at,
        finished_at=walk.finished_at,
        polyline=track.polyline,
        figures=figures_stored(track.stats),
        fixes=[fix for fix in kept if _is_of(walk, fix)],
    )


async def _so_far(session: AsyncSession, row: Walk, started_at: datetime, at: datetime) -> Route:
    """Phones may run a little ahead of our clock: what they have reported is shown."""
    devices = await tracks.fixes_since(session, row.id, started_at)
    seen = devices.get(row.primary_device_id) if row.primary_device_id else None
    seen = seen or max(devices.values(), key=len, default=[])
    kept = clean(seen)[0]
    walk, to_s = walked(kept), max(at.timestamp(), kept[-1].at_s) if kept else at.timestamp()
    return Route(
        booking_id=row.booking_id,
        started_at=started_at,
        polyline=encoded_route(walk),
        figures=figures_of(walk, from_s=started_at.timestamp(), to_s=to_s, fixes=len(seen)),
        fixes=kept,
    )


def _is_of(walk: Walk, fix: Fix) -> bool:
    return (
        walk.started_at is not None
        and walk.finished_at is not None
        and walk.started_at.timestamp() <= fix.at_s <= walk.finished_at.timestamp()
    )
