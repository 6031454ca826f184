"""Edges on their way from the ingest to the bookings' workflows: at least once each, for a workflow knows them by id."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import FenceCrossed
from dogwalk.db.repositories import fence_edge as edges
from dogwalk.domain.fence import FenceKind
from dogwalk.errors import Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.db.repositories.fence_edge import Untold
    from dogwalk.db.session import Database
    from dogwalk.ports import RunningBookings

logger = logging.getLogger(__name__)


class Crossings:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def pass_on(self, running: RunningBookings, *, at: datetime, limit: int) -> int:
        """How many were told. Without Temporal they are claimed again half a minute later."""
        async with self._database.transaction() as session:
            claimed = await edges.claim(session, limit=limit)
        told = 0
        for edge in claimed:
            told += await self._tell(edge, running, at)
        return told

    async def _tell(self, edge: Untold, running: RunningBookings, at: datetime) -> bool:
        try:
            await running.fence_crossed(edge.booking_id, _signal(edge))
        except Unavailable as error:
            logger.warning("a booking was not told of a fence: %s", error.code)
            return False
        async with self._database.transaction() as session:
            await edges.told(session, edge, at=at)
        return True


def _signal(edge: Untold) -> FenceCrossed:
    return FenceCrossed(
        event_id=f"{edge.booking_id}:{edge.assignment_no}:{edge.fence_id}:{edge.n}",
        assignment_no=edge.assignment_no,
        fence_id=edge.fence_id,
        kind=FenceKind(edge.kind),
        is_entering=edge.is_entering,
        at=edge.at,
    )
