"""Finished walks for which positions came late: their bookings are told, once the phone has been quiet for a while."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.fleet import SweepResult
from dogwalk.db.repositories import walk as walks
from dogwalk.errors import Unavailable
from dogwalk.services.fleet.parts import in_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dogwalk.db.repositories.walk import LateEvidence
    from dogwalk.db.session import Database
    from dogwalk.ports import RunningBookings

logger = logging.getLogger(__name__)

TOLD_AFTER = timedelta(minutes=1)  # phones empty their queue in many small requests


class EvidenceSweep:
    """Told before it is forgotten: after a crash in between a booking judges twice, and finds the same."""

    def __init__(self, *, database: Database, running: RunningBookings) -> None:
        self._database = database
        self._running = running

    async def sweep_market(self, market_id: str, *, at: datetime) -> SweepResult:
        async with self._database.transaction() as session:
            found = await walks.with_late_evidence(session, market_id, before=at - TOLD_AFTER)
        told = [await self._tell_some(some) for some in in_parts(found)]
        return SweepResult(found=len(found), told=sum(told))

    async def _tell_some(self, found: Sequence[LateEvidence]) -> int:
        heard = await asyncio.gather(*(self._tell(late) for late in found))
        told = [late for late, is_told in zip(found, heard, strict=True) if is_told]
        async with self._database.transaction() as session:
            for late in told:
                await walks.evidence_told(session, late)
        return len(told)

    async def _tell(self, late: LateEvidence) -> bool:
        """False when Temporal is away: the next sweep finds it again."""
        try:
            await self._running.evidence_ready(late.booking_id)
        except Unavailable as error:
            logger.warning("a booking was not told of late positions: %s", error.code)
            return False
        return True
