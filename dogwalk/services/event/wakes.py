"""Waking the streams of people who have news. A wake says that there is something to read, never what: it may be lost or
come twice, and the streams look by themselves now and then.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

from dogwalk.errors import Unavailable
from dogwalk.services.background import end

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

    from dogwalk.ports import FanOut

log = structlog.get_logger(__name__)

CHANNEL = "news"
RECONNECT_S = 1.0
PEOPLE_A_MESSAGE = 100


class Wakes:
    """One subscription a process, opened with its first stream; `close` ends it."""

    def __init__(self, *, fan_out: FanOut) -> None:
        self._fan_out = fan_out
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self._publishing: set[asyncio.Task[None]] = set()

    def announce(self, people: Collection[UUID]) -> None:
        """Returns at once: no commit waits for Redis."""
        for chunk in _chunks(sorted(people)):
            task = asyncio.get_running_loop().create_task(self._publish(chunk))
            self._publishing.add(task)
            task.add_done_callback(self._publishing.discard)

    @contextmanager
    def of(self, person_id: UUID) -> Iterator[asyncio.Event]:
        """Set whenever this person may have news; the reader clears it before it reads."""
        self._listening = self._listening or asyncio.get_running_loop().create_task(self._listen())
        woken = asyncio.Event()
        waiting = self._waiting[person_id.hex]
        waiting.add(woken)
        try:
            yield woken
        finally:
            waiting.discard(woken)
            if not waiting:
                self._waiting.pop(person_id.hex, None)

    async def close(self) -> None:
        """What is being announced is announced first; each is bounded by Redis' own timeout."""
        await asyncio.gather(*self._publishing)
        if self._listening:
            await end(self._listening)

    async def _publish(self, people: Collection[UUID]) -> None:
        try:
            await self._fan_out.publish(CHANNEL, ",".join(person.hex for person in people))
        except Unavailable as error:
            log.warning("wake_lost", reason=error.detail)

    async def _listen(self) -> None:
        while True:
            try:
                async for message in self._fan_out.listen(CHANNEL):
                    self._wake(message)
            except Unavailable as error:
                log.warning("wakes_interrupted", reason=error.detail)
            await asyncio.sleep(RECONNECT_S)

    def _wake(self, message: str) -> None:
        for name in message.split(","):
            for woken in self._waiting.get(name, ()):
                woken.set()


def _chunks(people: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(people), PEOPLE_A_MESSAGE):
        yield people[start : start + PEOPLE_A_MESSAGE]
