"""A walk from its assignment to its figures, inside the transactions of the booking's changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from dogwalk.db.repositories import geofence as geofences
from dogwalk.db.repositories import photo
from dogwalk.db.repositories import track as tracks
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.fence import Circle, FenceKind
from dogwalk.domain.track.filters import clean
from dogwalk.domain.track.presence import waited_at_home
from dogwalk.domain.track.verdict import EDGE_S, HomeFence, Service
from dogwalk.errors import Conflict, NotFound
from dogwalk.services.tracking.fences import fence_of, fences_stored
from dogwalk.services.tracking.finding import Finding, find

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.tracking import Walk
    from dogwalk.domain.policy import Walking

LATE_FOR = timedelta(hours=48)  # positions count until then: a phone may have been offline
LOOKED_BACK = timedelta(minutes=30)  # a phone that lies still says little: where it was before counts on
EDGE = timedelta(seconds=EDGE_S)


class VerdictChanged(Conflict):
    """Never leaves the services: who meets it must judge the walk again."""

    code = "verdict_changed"


class VerdictRead(TypedDict):
    """As it is stored and handed on."""

    kind: str
    reasons: list[str]
    served_s: float
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`evidence_complete`: nothing that may still arrive from the phone would change the verdict."""

    distance_m: float
    moving_s: float
    duration_s: float
    positions_stored: int
    verdict: VerdictRead
    evidence_complete: bool


class WalkRecorder:
    """Every method may be repeated, and none commits. `NotFound` from `finish` alone: a walk that was never opened."""

    async def open_walk(
        self,
        session: AsyncSession,
        *,
        booking_id: UUID,
        assignment_no: int,
        walker_id: UUID,
        owner_id: UUID,
        home_lat: float,
        home_lon: float,
        policy_walking: Walking,
        at: datetime,
    ) -> None:
        """`home_*` is the place; a home fence of the owner's own that still holds it takes the place of the
        policy's circle around it.
        """
        fences = [fence_of(row) for row in await geofences.of_booking(session, booking_id)]
        around = Circle(home_lat, home_lon, policy_walking.home_radius_m)
        own = (fence.circle for fence in fences if fence.kind is FenceKind.HOME and fence.circle)
        home = next((circle for circle in own if circle.edge_m(home_lat, home_lon) <= 0), around)
        await walks.add(
            session,
            booking_id=booking_id,
            assignment_no=assignment_no,
            walker_id=walker_id,
            owner_id=owner_id,
            home_lat=home.lat,
            home_lon=home.lon,
            home_radius_m=home.radius_m,
            max_ahead_s=policy_walking.ahead_max_s,
            shown_within_m=policy_walking.shown_within_m,
            at=at,
        )

    async def opened(self, session: AsyncSession, *, booking_id: UUID, assignment_no: int, opens_at: datetime) -> None:
        """Positions from `opens_at` on count; the earliest ever said stays."""
        await walks.open_from(session, booking_id, assignment_no, opens_at)

    async def start(self, session: AsyncSession, *, booking_id: UUID, assignment_no: int, at: datetime) -> None:
        """The owner's fences are copied: a later edit is for the next walk."""
        fences = [fence_of(row) for row in await geofences.of_booking(session, booking_id)]
        await walks.start(session, booking_id, assignment_no, at, fences=fences_stored(fences))

    async def close(self, session: AsyncSession, *, booking_id: UUID, assignment_no: int) -> None:
        """The walk will not take place: no position counts any more."""
        await walks.close(session, booking_id, assignment_no)

    async def waited_at_home(
        self,
        session: AsyncSession,
        *,
        booking_id: UUID,
        assignment_no: int,
        since: datetime,
        until: datetime,
        seen_within_s: int,
    ) -> bool:
        """Whether positions show the walker at this home all the while. False without any."""
        walk = await walks.get(session, booking_id, assignment_no)
        if walk is None:
            return False
        devices = await tracks.fixes_between(session, walk.id, first=since - LOOKED_BACK, last=until)
        return waited_at_home(
            [clean(fixes)[0] for fixes in devices.values()],
            home=_home(walk),
            since_s=since.timestamp(),
            until_s=until.timestamp(),
            seen_within_s=float(seen_within_s),
        )

    async def finish(
        self,
        session: AsyncSession,
        *,
        booking_id: UUID,
        assignment_no: int,
        started_at: datetime,
        finished_at: datetime,
        booked_s: int,
        policy: Walking,
        at: datetime,
        heard_until: datetime | None = None,
    ) -> Recorded:
        """Also what positions that came later are judged by: repeat it with the same times. `heard_until`: the finish was
        dated back from then; positions until then still count.
        """
        walk = await walks.get(session, booking_id, assignment_no, lock=True)
        if walk is None:
            raise NotFound("No such walk")
        walk.started_at, walk.finished_at = started_at, finished_at
        walk.closes_at, walk.heard_until = (heard_until or finished_at) + LATE_FOR, heard_until
        finding = await _find(session, walk, started_at, finished_at, booked_s, policy)
        return await _store(session, walk, finding, at)

    async def look_again(
        self,
        session: AsyncSession,
        *,
        booking_id: UUID,
        assignment_no: int,
        known: str,
        came_by: datetime,
        booked_s: int,
        policy: Walking,
        at: datetime,
    ) -> Recorded | None:
        """Takes into the figures what came for a finished walk until `came_by` and no verdict has seen. None when there is
        nothing; VerdictChanged, with nothing written, when the verdict is not the `known` one any more, or may be
        judged by another finish.
        """
        walk = await walks.get(session, booking_id, assignment_no, lock=True)
        if walk is None or walk.started_at is None or walk.finished_at is None:
            return None
        if walk.late_at is None or walk.late_at > came_by:
            return None
        finding = await _find(session, walk, walk.started_at, walk.finished_at, booked_s, policy)
        if finding.verdict.kind != known or walk.heard_until is not None:
            raise VerdictChanged("Late positions change the verdict")
        return await _store(session, walk, finding, at)


async def _find(
    session: AsyncSession, walk: Walk, started_at: datetime, finished_at: datetime, booked_s: int, policy: Walking
) -> Finding:
    first, last = started_at - EDGE, finished_at + EDGE
    devices = await tracks.fixes_between(session, walk.id, first=first, last=last)
    taken = await photo.times_between(session, walk.booking_id, walk.assignment_no, first=first, last=last)
    service = Service(
        started_at_s=started_at.timestamp(), finished_at_s=finished_at.timestamp(), booked_s=float(booked_s)
    )
    return find(
        devices,
        service=service,
        home=_home(walk),
        policy=policy,
        primary_device_id=walk.primary_device_id,
        photos=[at.timestamp() for at in taken],
    )


def _home(walk: Walk) -> HomeFence:
    return HomeFence(lat=walk.home_lat, lon=walk.home_lon, radius_m=walk.home_radius_m)


async def _store(session: AsyncSession, walk: Walk, finding: Finding, at: datetime) -> Recorded:
    walk.late_at, walk.evidence_complete = None, finding.verdict.is_complete
    await session.flush()
    await _keep(session, walk, finding, at)
    return _recorded(finding, await tracks.count_positions(session, walk.id))


async def _keep(session: AsyncSession, walk: Walk, finding: Finding, at: datetime) -> None:
    await tracks.put(
        session,
        walk.id,
        n=finding.n,
        t0=finding.t0,
        t1=finding.t1,
        packed=finding.packed,
        polyline=finding.polyline,
        stats=finding.stats,
        verdict=_verdict(finding),
        algorithm_version=finding.figures.algorithm_version,
        sha256=finding.sha256,
        updated_at=at,
    )


def _recorded(finding: Finding, positions_stored: int) -> Recorded:
    return Recorded(
        distance_m=finding.figures.distance_m,
        moving_s=finding.figures.moving_s,
        duration_s=finding.figures.elapsed_s,
        positions_stored=positions_stored,
        verdict=_verdict(finding),
        evidence_complete=finding.verdict.is_complete,
    )


def _verdict(finding: Finding) -> VerdictRead:
    verdict = finding.verdict
    return VerdictRead(
        kind=verdict.kind.value,
        reasons=[reason.value for reason in verdict.reasons],
        served_s=verdict.served_s,
        coverage=round(verdict.coverage, 4),
    )
