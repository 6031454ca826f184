"""What a walk's positions say about the walker's own word: at home, not at home, gone with the dog. Inside the
transactions of the booking's changes; without a position nothing is contradicted and nothing proven.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import track as tracks
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.lateness import confirmed_arrival_s, is_contradicted
from dogwalk.domain.track.filters import clean
from dogwalk.domain.track.presence import left_home_s
from dogwalk.domain.track.verdict import EDGE_S, HomeFence

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.track import Fix

EDGE = timedelta(seconds=EDGE_S)


async def contradicts(session: AsyncSession, booking_id: UUID, assignment_no: int, *, arrived_at: datetime) -> bool:
    """Whether positions show the walker elsewhere when she says she arrived."""
    home, devices = await _seen(session, booking_id, assignment_no, arrived_at - EDGE, arrived_at + EDGE)
    return home is not None and is_contradicted(devices, at_s=arrived_at.timestamp(), home=home)


async def arrival(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, tapped_at: datetime, until: datetime
) -> datetime:
    """The tap, or when positions first show her at home."""
    home, devices = await _seen(session, booking_id, assignment_no, tapped_at - EDGE, until)
    if home is None:
        return tapped_at
    arrived_s = confirmed_arrival_s(devices, tapped_s=tapped_at.timestamp(), until_s=until.timestamp(), home=home)
    return datetime.fromtimestamp(arrived_s, UTC)


async def left_home(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, since: datetime, until: datetime
) -> datetime | None:
    """When she first went away from home between the two: a start that was never tapped."""
    home, devices = await _seen(session, booking_id, assignment_no, since - EDGE, until)
    if home is None:
        return None
    left_s = left_home_s(devices, home=home, since_s=since.timestamp())
    return None if left_s is None else datetime.fromtimestamp(left_s, UTC)


async def last_sign(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, since: datetime, until: datetime
) -> datetime | None:
    """When one of her phones was last heard between the two."""
    walk = await walks.get(session, booking_id, assignment_no)
    return await tracks.last_between(session, walk.id, first=since, last=until) if walk else None


async def was_at_home(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, since: datetime, until: datetime
) -> bool:
    home, devices = await _seen(session, booking_id, assignment_no, since, until)
    return home is not None and any(home.holds(fix) for fixes in devices for fix in fixes)


async def _seen(
    session: AsyncSession, booking_id: UUID, assignment_no: int, first: datetime, last: datetime
) -> tuple[HomeFence | None, list[list[Fix]]]:
    walk = await walks.get(session, booking_id, assignment_no)
    if walk is None:
        return None, []
    devices = await tracks.fixes_between(session, walk.id, first=first, last=last)
    home = HomeFence(lat=walk.home_lat, lon=walk.home_lon, radius_m=walk.home_radius_m)
    return home, [clean(fixes)[0] for fixes in devices.values()]
