"""One person's events as they happen, in an order that is never rewritten, from where the last connection broke off."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from dogwalk.db.repositories import booking_event
from dogwalk.services.event.timeline import party_to

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import BookingEvent
    from dogwalk.db.session import Database
    from dogwalk.ports import Clock
    from dogwalk.services.event.wakes import Wakes

RESET = "reset"
RESUMABLE_FOR = timedelta(hours=24)
PAGE = 100
POLL_S = 5.0  # in case a wake was lost
# A wake may come before older transactions have ended, and until then its event is not settled: look again soon.
UNSETTLED_S = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 1.0, 1.0)
POSITION = re.compile(r"(\d{1,18})-(\d{1,18})")
LAST_SEQ = 10**18 - 1


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the order of all events. `str(cursor)` is an event's id on the wire."""

    xid: int
    seq: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        found = POSITION.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Opened:
    """Comes first: where to resume from when nothing else ever comes."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`type` is `reset` when something between the given id and now is no longer told: read everything anew."""

    id: str
    type: str
    at: datetime
    booking_id: UUID | None
    data: dict[str, Any]


class EventStreams:
    def __init__(self, *, database: Database, wakes: Wakes, clock: Clock, poll_s: float = POLL_S) -> None:
        self._database = database
        self._wakes = wakes
        self._clock = clock
        self._poll_s = poll_s

    async def follow(
        self, person_id: UUID, *, last_id: str | None = None, booking_id: UUID | None = None
    ) -> AsyncGenerator[Opened | Told, None]:
        """What happens after `last_id`, or from now on without one (what happened in the moment before may be told too).
        Never ends by itself.
        """
        with self._wakes.of(person_id) as woken:
            cursor, is_whole = await self._start(person_id, last_id, booking_id)
            yield Opened(str(cursor))
            if not is_whole:
                yield Told(id=str(cursor), type=RESET, at=self._clock.now(), booking_id=booking_id, data={})
            waits = self._waits()
            while True:
                is_woken = woken.is_set()
                woken.clear()
                found = await self._read(person_id, cursor, booking_id)
                for event in found:
                    cursor = Cursor(event.xid, event.seq)
                    yield _told(event)
                if is_woken or found:
                    waits = self._waits()
                if len(found) < PAGE:
                    await _wait(woken, next(waits))

    async def follow_booking(
        self, booking_id: UUID, person_id: UUID, *, last_id: str | None = None
    ) -> AsyncGenerator[Opened | Told, None]:
        """As `follow`, of one booking. NotFound at once for one who is no party to it."""
        async with self._database.transaction() as session:
            await party_to(session, booking_id, person_id)
        return self.follow(person_id, last_id=last_id, booking_id=booking_id)

    def _waits(self) -> Iterator[float]:
        return chain(UNSETTLED_S, repeat(self._poll_s))

    async def _start(self, person_id: UUID, last_id: str | None, booking_id: UUID | None) -> tuple[Cursor, bool]:
        """Where to read on from, and whether nothing is missing in between."""
        async with self._database.transaction() as session:
            now = Cursor(await booking_event.horizon(session) - 1, LAST_SEQ)
            if last_id is None:
                return now, True
            cursor = Cursor.parse(last_id)
            if cursor is None or cursor > now or await self._is_too_old(session, person_id, cursor, booking_id):
                return now, False
            return cursor, True

    async def _is_too_old(
        self, session: AsyncSession, person_id: UUID, cursor: Cursor, booking_id: UUID | None
    ) -> bool:
        """Quiet streams are resumed however late: what counts is the age of the first event that was missed."""
        missed = await booking_event.for_person(
            session, person_id, after=(cursor.xid, cursor.seq), booking_id=booking_id, limit=1
        )
        return bool(missed) and missed[0].at < self._clock.now() - RESUMABLE_FOR

    async def _read(self, person_id: UUID, cursor: Cursor, booking_id: UUID | None) -> Sequence[BookingEvent]:
        async with self._database.transaction() as session:
            return await booking_event.for_person(
                session, person_id, after=(cursor.xid, cursor.seq), booking_id=booking_id, limit=PAGE
            )


async def _wait(woken: asyncio.Event, wait_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), wait_s)


def _told(event: BookingEvent) -> Told:
    return Told(
        id=str(Cursor(event.xid, event.seq)),
        type=event.type,
        at=event.at,
        booking_id=event.booking_id,
        data=event.data,
    )
