"""A booking's walk as it happens, for its two people: where things stand, then what has changed, once a second at most.

Where she is comes over Redis; that something else has changed (the start, the finish, another walker) is looked up when
the person has news. Without Redis the database is asked every few seconds for both.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.approach import Stage, eta, shows_position
from dogwalk.domain.geo import flat_distance_m
from dogwalk.errors import NotFound
from dogwalk.services.tracking.running import Running, Spot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.household import Home
    from dogwalk.db.models.tracking import Walk
    from dogwalk.db.session import Database
    from dogwalk.ports import Clock
    from dogwalk.services.event.wakes import Wakes
    from dogwalk.services.tracking.news import Told
    from dogwalk.services.tracking.route import RouteReader
    from dogwalk.services.tracking.viewers import Mailbox, Viewers

PACE_S = 1.0  # between two updates of one viewer
LOOK_S = 30.0  # in case a wake was lost
LOOK_DEAF_S = 5.0  # while Redis has nothing to say


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one viewer is shown. `polyline` only at first, and again when the walk has changed under her."""

    booking_id: UUID
    stage: Stage
    eta: datetime | None = None
    position: Spot | None = None
    polyline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """How a booking stands for one of its people. `last` is where the walker was, whether it is shown or not."""

    booking_id: UUID
    walk_id: UUID | None = None
    stage: Stage = Stage.WAITING
    is_walker: bool = False
    is_at_the_door: bool = False
    home: tuple[float, float] = (0.0, 0.0)
    shown_within_m: float = 0.0
    last: Spot | None = None

    def after(self, told: Told) -> Scene:
        if self.last is not None and told.spot.at_s <= self.last.at_s:
            return self
        return replace(self, last=told.spot)

    def agrees_with(self, told: Told) -> bool:
        """Else it has started or finished meanwhile."""
        return told.is_under_way == (self.stage is Stage.UNDER_WAY)

    def shown(self) -> Seen:
        last = self.last
        if last is None or self.stage in {Stage.WAITING, Stage.OVER}:
            return Seen(booking_id=self.booking_id, stage=self.stage)
        distance_m = flat_distance_m(*self.home, last.lat, last.lon)
        is_shown = shows_position(
            self.stage, is_walker=self.is_walker, distance_m=distance_m, shown_within_m=self.shown_within_m
        )
        is_coming = self.stage is Stage.APPROACHING and not self.is_at_the_door
        return Seen(
            booking_id=self.booking_id,
            stage=self.stage,
            eta=eta(seen_at_s=last.at_s, distance_m=distance_m) if is_coming else None,
            position=last if is_shown else None,
        )


class LiveWalks:
    def __init__(
        self, *, database: Database, viewers: Viewers, wakes: Wakes, routes: RouteReader, clock: Clock
    ) -> None:
        self._database = database
        self._viewers = viewers
        self._wakes = wakes
        self._routes = routes
        self._clock = clock

    async def watch(self, booking_id: UUID, person_id: UUID) -> AsyncGenerator[Seen, None]:
        """First how it stands, with the route so far. NotFound at once for one who is no party; ends when she is one no
        more, and not by itself.
        """
        route = await self._routes.get(booking_id, person_id, at=self._clock.now())
        return self._watch(booking_id, person_id, route.polyline)

    async def _watch(self, booking_id: UUID, person_id: UUID, polyline: str) -> AsyncGenerator[Seen, None]:
        with self._wakes.of(person_id) as woken, self._viewers.mailbox() as mailbox, suppress(NotFound):
            scene = await self._look(booking_id, person_id)
            mailbox.follow(scene.walk_id)
            shown = scene.shown()
            yield replace(shown, polyline=polyline)
            while True:
                await asyncio.sleep(PACE_S)
                await _news(woken, mailbox, LOOK_S if self._viewers.is_heard else LOOK_DEAF_S)
                told = mailbox.take()
                if woken.is_set() or told is None or not scene.agrees_with(told):
                    woken.clear()
                    scene = await self._look(booking_id, person_id)
                    mailbox.follow(scene.walk_id)
                else:
                    scene = scene.after(told)
                before, shown = shown, scene.shown()
                if shown != before:
                    yield shown

    async def _look(self, booking_id: UUID, person_id: UUID) -> Scene:
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, person_id)
            if booking is None:
                raise NotFound("No such booking")
            walk = await walks.get(session, booking_id, booking.assignment_no)
            home = await bookings.home(session, booking.home_id)
        return scene_of(booking, walk, home, is_walker=booking.walker_id == person_id)


def scene_of(booking: Booking, walk: Walk | None, home: Home, *, is_walker: bool) -> Scene:
    """`walk`: that of the booking's assignment, if it has one. Near is near the place itself: an owner's own fence around
    it may have its middle anywhere.
    """
    if walk is None:
        stage = Stage.OVER if booking.outcome else Stage.WAITING
        return Scene(booking_id=booking.id, stage=stage, is_walker=is_walker)
    return Scene(
        booking_id=booking.id,
        walk_id=walk.id,
        stage=_stage(booking, walk),
        is_walker=is_walker,
        is_at_the_door=booking.arrived_at is not None,
        home=(home.lat, home.lon),
        shown_within_m=walk.shown_within_m,
        last=msgspec.convert(walk.state, Running, strict=False).last,
    )


def _stage(booking: Booking, walk: Walk) -> Stage:
    if booking.outcome:
        return Stage.OVER
    if booking.walker_id is None or walk.closes_at is not None:  # given back: another walker is looked for
        return Stage.WAITING
    if walk.started_at is not None:
        return Stage.UNDER_WAY
    return Stage.APPROACHING if walk.opens_at is not None else Stage.WAITING


async def _news(woken: asyncio.Event, mailbox: Mailbox, wait_s: float) -> None:
    """Returns when either has something, or after `wait_s`."""
    waits = [asyncio.ensure_future(one.wait()) for one in (woken, mailbox.filled)]
    try:
        await asyncio.wait(waits, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
