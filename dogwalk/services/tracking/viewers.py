"""Who is looking at which walk, in this process. One subscription to all walks' news; what nobody looks at is dropped
unread, and who is slow gets the latest only.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import structlog

from dogwalk.errors import Unavailable
from dogwalk.services.background import end
from dogwalk.services.tracking.news import Told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from dogwalk.ports import LivePositions

log = structlog.get_logger(__name__)

RECONNECT_S = 1.0
_told = msgspec.json.Decoder(Told)


class Mailbox:
    """Holds one piece of news: the latest. `filled` is set while there is one."""

    def __init__(self, waiting: defaultdict[str, set[Mailbox]]) -> None:
        self._waiting = waiting
        self._walk_id: str | None = None
        self._latest: Told | None = None
        self.filled = asyncio.Event()

    def follow(self, walk_id: UUID | None) -> None:
        """From now on this walk's news, and no other's."""
        wanted = str(walk_id) if walk_id else None
        if wanted == self._walk_id:
            return
        self._leave()
        self.take()
        self._walk_id = wanted
        if wanted is not None:
            self._waiting[wanted].add(self)

    def put(self, told: Told) -> None:
        self._latest = told
        self.filled.set()

    def take(self) -> Told | None:
        self.filled.clear()
        latest, self._latest = self._latest, None
        return latest

    def close(self) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._walk_id is None:
            return
        mailboxes = self._waiting[self._walk_id]
        mailboxes.discard(self)
        if not mailboxes:
            del self._waiting[self._walk_id]
        self._walk_id = None


class Viewers:
    """Subscribed with the first viewer; `close` ends it. `is_heard`: news came, and the connection has not broken since."""

    def __init__(self, *, live: LivePositions) -> None:
        self._live = live
        self._waiting: defaultdict[str, set[Mailbox]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self.is_heard = False

    @contextmanager
    def mailbox(self) -> Iterator[Mailbox]:
        self._listening = self._listening or asyncio.get_running_loop().create_task(self._listen())
        made = Mailbox(self._waiting)
        try:
            yield made
        finally:
            made.close()

    async def close(self) -> None:
        if self._listening:
            await end(self._listening)

    async def _listen(self) -> None:
        while True:
            try:
                async for walk_id, message in self._live.listen():
                    self.is_heard = True
                    self._deliver(walk_id, message)
            except Unavailable as error:
                log.warning("live_interrupted", reason=error.detail)
            self.is_heard = False
            await asyncio.sleep(RECONNECT_S)

    def _deliver(self, walk_id: str, message: str) -> None:
        if walk_id not in self._waiting:
            return
        try:
            told = _told.decode(message)
        except msgspec.DecodeError:  # another version's process
            log.warning("live_unreadable")
            return
        for mailbox in self._waiting[walk_id]:
            mailbox.put(told)
