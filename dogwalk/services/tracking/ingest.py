"""Group commit: requests wait a few milliseconds for each other and share one transaction. An answer means durable.

A walk always goes to the same flusher. Walks' locks and rows are taken in the order of their keys, because other
processes write for the same walks.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError

from dogwalk.db.session import sqlstate
from dogwalk.errors import Unavailable
from dogwalk.services.tracking.flush import flush, put_aside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.services.tracking.days import Days
    from dogwalk.services.tracking.flush import Moved
    from dogwalk.services.tracking.news import News
    from dogwalk.services.tracking.point import Batch, Receipt

log = structlog.get_logger(__name__)

FLUSHERS = 2
WINDOW_S = 0.005
FLUSH_MAX = 2_000  # positions a transaction
QUEUE_MAX = 10_000  # positions waiting for one flusher: some seconds of work
ANSWER_S = 10.0
DATA_ERRORS = ("22", "23")  # SQLSTATE classes: what was sent is to blame, not the database


class Waiting(NamedTuple):
    batch: Batch
    answer: asyncio.Future[Receipt]

    @property
    def size(self) -> int:
        return len(self.batch.points) + len(self.batch.unreadable)


class Ingest:
    """Flushers are started with the first request; `close` stores what has been taken in."""

    def __init__(self, *, database: Database, days: Days, news: News) -> None:
        self._lanes = [Lane(database=database, days=days, news=news) for _ in range(FLUSHERS)]

    async def add(self, batch: Batch) -> Receipt:
        """What became of each position, once it is durable. Unavailable when there is more than can be stored: the same
        batch may be sent again.
        """
        lane = self._lanes[batch.walk_id.int % FLUSHERS]
        try:
            return await asyncio.wait_for(lane.put(batch), ANSWER_S)
        except TimeoutError:
            raise Unavailable("Positions are not being stored; send them again") from None

    async def close(self) -> None:
        await asyncio.gather(*(lane.close() for lane in self._lanes))


class Lane:
    """One queue and its flusher."""

    def __init__(self, *, database: Database, days: Days, news: News) -> None:
        self._database = database
        self._days = days
        self._news = news
        self._queue: asyncio.Queue[Waiting | None] = asyncio.Queue()
        self._waiting = 0
        self._flusher: asyncio.Task[None] | None = None

    def put(self, batch: Batch) -> asyncio.Future[Receipt]:
        waiting = Waiting(batch, asyncio.get_running_loop().create_future())
        if self._waiting + waiting.size > QUEUE_MAX:
            raise Unavailable("More positions than can be stored; send them again", code="ingest_full")
        self._waiting += waiting.size
        self._queue.put_nowait(waiting)
        self._flusher = self._flusher or asyncio.create_task(self._run())
        return waiting.answer

    async def close(self) -> None:
        if self._flusher is not None:
            self._queue.put_nowait(None)
            await self._flusher

    async def _run(self) -> None:
        is_open = True
        while is_open:
            together, is_open = await self._collect()
            await self._store(together)
            self._waiting -= sum(one.size for one in together)

    async def _collect(self) -> tuple[list[Waiting], bool]:
        """What comes within a window after the first; False once there is no more to come."""
        one = await self._queue.get()
        together: list[Waiting] = []
        size = 0
        if one is not None:
            await asyncio.sleep(WINDOW_S)
        while one is not None:
            together.append(one)
            size += one.size
            if self._queue.empty() or size >= FLUSH_MAX:
                return together, True
            one = self._queue.get_nowait()
        return together, False

    async def _store(self, together: Sequence[Waiting]) -> None:
        """What the database cannot store is found by halves, so that no request suffers from another's data."""
        if not together:
            return
        try:
            await self._flush(together)
        except DBAPIError as error:
            if not (sqlstate(error) or "").startswith(DATA_ERRORS):
                _fail(together, error)
            elif len(together) == 1:
                await self._put_aside(together[0])
            else:
                middle = len(together) // 2
                await self._store(together[:middle])
                await self._store(together[middle:])
        except Exception as error:  # noqa: BLE001 the flusher lives on; each request is told
            _fail(together, error)

    async def _flush(self, together: Sequence[Waiting]) -> None:
        batches = [one.batch for one in together]
        await self._days.prepare(batches)

        async def work(session: AsyncSession) -> tuple[list[Receipt], list[Moved]]:
            return await flush(session, batches)

        receipts, moved = await self._database.run(work)
        await self._news.tell(moved)
        for one, receipt in zip(together, receipts, strict=True):
            _answer(one, receipt)

    async def _put_aside(self, one: Waiting) -> None:
        log.warning("positions_unstorable", walk_id=str(one.batch.walk_id))

        async def work(session: AsyncSession) -> Receipt:
            return await put_aside(session, one.batch, code="unstorable")

        try:
            _answer(one, await self._database.run(work))
        except Exception as error:  # noqa: BLE001 as above
            _fail([one], error)


def _answer(one: Waiting, receipt: Receipt) -> None:
    if not one.answer.done():  # its request may have given up
        one.answer.set_result(receipt)


def _fail(together: Sequence[Waiting], error: Exception) -> None:
    log.warning("positions_not_stored", requests=len(together), exc_info=error)
    for one in together:
        if not one.answer.done():
            one.answer.set_exception(Unavailable("The positions could not be stored; send them again"))
