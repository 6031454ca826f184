"""The days positions are stored by, made before they come."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from dogwalk.db.repositories import partitions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dogwalk.db.session import Database
    from dogwalk.services.tracking.point import Batch

log = structlog.get_logger(__name__)

BACK, AHEAD = 3, 2  # days: positions may come 48 h after a walk's end; a phone's clock may run ahead
LOCK_TIMEOUT_S = 1.0


class Days:
    """Looks once a day and process: the day after tomorrow is made while today's is written."""

    def __init__(self, *, database: Database) -> None:
        self._database = database
        self._ready_on: set[date] = set()

    async def prepare(self, batches: Iterable[Batch]) -> None:
        """Whatever goes wrong, positions are stored: the default partition takes any day."""
        for today in {batch.received_at.astimezone(UTC).date() for batch in batches} - self._ready_on:
            for offset in range(-BACK, AHEAD + 1):
                await self._make(today + timedelta(days=offset))
            self._ready_on.add(today)

    async def _make(self, day: date) -> None:
        try:
            async with self._database.transaction() as session:
                await partitions.one_at_a_time(session, lock_timeout_s=LOCK_TIMEOUT_S)
                await partitions.ensure_position_partitions(session, first=day, last=day)
        except DBAPIError as error:  # e.g. the default partition has positions of that day already
            log.warning("partition_not_made", day=str(day), error=type(error).__name__)
