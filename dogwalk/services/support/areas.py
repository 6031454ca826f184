"""A deed for every booking of an area: planned as a dry run, executed as it was shown, told by signals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from dogwalk.contracts.support import AreaNotice, Delay, SupportCommand
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.support import AreaAction, AreaActionBooking
from dogwalk.db.repositories import area_action as actions
from dogwalk.db.repositories import audit
from dogwalk.db.repositories.area_action import Box, Near
from dogwalk.domain.area_action import AreaActionKind, Cause, Effect, effect_on
from dogwalk.domain.booking import Status
from dogwalk.errors import Conflict, InvalidInput, NotFound, Unavailable

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import RunningBookings
    from dogwalk.services.support.grants import Grants

log = structlog.get_logger(__name__)

BOOKINGS_MAX = 5_000
GOOD_FOR = timedelta(hours=1)  # a dry run: later it would be another one's bookings
AT_ONCE = 20
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAreaAction:
    """`area`: a GeoJSON Polygon or MultiPolygon in WGS 84 degrees."""

    area: Mapping[str, Any]
    begins: datetime
    ends: datetime
    action: AreaActionKind
    cause: Cause
    delay_s: int
    reason: str
    asked_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaActionView:
    action: AreaAction
    results: Sequence[tuple[AreaActionBooking, Booking]]


class AreaActions:
    def __init__(self, *, database: Database, running: RunningBookings, grants: Grants) -> None:
        self._database = database
        self._running = running
        self._grants = grants

    async def plan(self, new: NewAreaAction, *, at: datetime) -> AreaActionView:
        """Changes nothing but the log. InvalidInput `area_invalid`, `area_too_busy`."""
        area = _area(new.area)
        box = _box(area)
        async with self._database.transaction() as session:
            found = await actions.near(session, box, begins=new.begins, ends=new.ends, limit=BOOKINGS_MAX + 1)
            if len(found) > BOOKINGS_MAX:
                raise InvalidInput(f"More than {BOOKINGS_MAX} bookings", code="area_too_busy", pointer="/area")
            inside = _inside(area, found)
            action = _row(new, at)
            effects = [(one, effect_on(Status(one.status), new.action).value) for one in inside]
            await actions.add(session, action, effects)
            await _write(session, action, "area_planned", new.asked_by, at, reason=new.reason, count=len(inside))
            return await _view(session, action)

    async def execute(self, action_id: UUID, *, by: UUID, reason: str, at: datetime) -> AreaActionView:
        """Exactly what the dry run showed, told at once; what cannot be told now the relay tells. Repeated it goes on.
        NotFound; Conflict `dry_run_expired`.
        """
        async with self._database.transaction() as session:
            action = await _known(session, action_id, lock=True)
            if action.state == "dry_run":
                if at - action.asked_at > GOOD_FOR:
                    raise Conflict("That dry run is too old; make another", code="dry_run_expired")
                action.state, action.executed_by, action.executed_at = "running", by, at
                await _write(session, action, "area_executed", by, at, reason=reason)
        if action.state == "running":
            await self._tell(action)
        return await self.get(action_id)

    async def get(self, action_id: UUID) -> AreaActionView:
        async with self._database.transaction() as session:
            return await _view(session, await _known(session, action_id))

    async def go_on(self) -> None:
        """What an execution left behind: Temporal was away, or the process that told them ended."""
        async with self._database.transaction() as session:
            waiting = await actions.running(session)
        for action in waiting:
            await self._tell(action)

    async def _tell(self, action: AreaAction) -> None:
        """Told before it is remembered: a booking that hears it twice passes the second over."""
        while True:
            async with self._database.transaction() as session:
                batch = await actions.left(session, action.id, limit=BATCH)
            told = await self._tell_batch(action, batch)
            async with self._database.transaction() as session:
                await actions.mark_sent(session, action.id, told)
                await actions.mark_done(session, action.id)
            if len(told) < BATCH:
                return

    async def _tell_batch(self, action: AreaAction, batch: Sequence[AreaActionBooking]) -> list[UUID]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def tell(row: AreaActionBooking) -> UUID | None:
            async with gate:
                return row.booking_id if await self._heard(action, row) else None

        return [told for told in await asyncio.gather(*map(tell, batch)) if told is not None]

    async def _heard(self, action: AreaAction, row: AreaActionBooking) -> bool:
        try:
            await self._signal(action, row)
        except Unavailable as error:
            log.warning("area_action_not_told", action_id=str(action.id), code=error.code)
            return False
        return True

    async def _signal(self, action: AreaAction, row: AreaActionBooking) -> None:
        said: dict[str, Any] = {"reason": f"{action.reason} (area action {action.id})", "actor_id": action.executed_by}
        if row.effect == Effect.CANCEL:
            await self._running.cancel_free(row.booking_id, SupportCommand(**said))
        elif row.effect == Effect.DELAY:
            delay = Delay(**said, action_id=action.id, cause=action.cause, by_s=action.delay_s)
            await self._running.delay(row.booking_id, self._granted(action, row.booking_id, delay))
        else:
            await self._running.area_notice(row.booking_id, AreaNotice(**said, action_id=action.id, cause=action.cause))

    def _granted(self, action: AreaAction, booking_id: UUID, delay: Delay) -> Delay:
        """In the name of who executed the action, whose role and step-up the API has seen to, also when the relay tells."""
        assert action.executed_at is not None  # noqa: S101 only what is executed is told
        return self._grants.mint("delay", booking_id, delay, at=action.executed_at)


def _area(given: Mapping[str, Any]) -> BaseGeometry:
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        area = shape(dict(given))
    except (ShapelyError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise _no_area() from error
    if area.geom_type not in {"Polygon", "MultiPolygon"} or area.is_empty or not area.is_valid:
        raise _no_area()
    return area


def _no_area() -> InvalidInput:
    return InvalidInput("Not a polygon, or one that crosses itself", code="area_invalid", pointer="/area")


def _box(area: BaseGeometry) -> Box:
    west, south, east, north = area.bounds
    return Box(south=south, west=west, north=north, east=east)


def _inside(area: BaseGeometry, found: Sequence[Near]) -> list[Near]:
    """On the border counts."""
    from shapely.geometry import Point
    from shapely.prepared import prep

    prepared = prep(area)
    return [one for one in found if prepared.covers(Point(one.lon, one.lat))]


def _row(new: NewAreaAction, at: datetime) -> AreaAction:
    return AreaAction(
        id=uuid7(),
        action=new.action.value,
        cause=new.cause.value,
        area=dict(new.area),
        begins=new.begins,
        ends=new.ends,
        delay_s=new.delay_s,
        reason=new.reason,
        state="dry_run",
        asked_by=new.asked_by,
        asked_at=at,
    )


async def _known(session: AsyncSession, action_id: UUID, *, lock: bool = False) -> AreaAction:
    action = await actions.get(session, action_id, lock=lock)
    if action is None:
        raise NotFound("No such area action")
    return action


async def _view(session: AsyncSession, action: AreaAction) -> AreaActionView:
    return AreaActionView(action=action, results=await actions.results(session, action.id))


async def _write(
    session: AsyncSession, action: AreaAction, deed: str, by: UUID, at: datetime, *, reason: str, **counts: int
) -> None:
    await audit.append(
        session,
        actor=str(by),
        action=deed,
        subject=f"area_action:{action.id}",
        reason=reason,
        at=at,
        data={"action": action.action, "cause": action.cause, **counts},
    )
