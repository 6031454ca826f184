"""Every minute: which running bookings are behind with something, told to each once."""

from __future__ import annotations

import asyncio
import logging
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import RungReached
from dogwalk.contracts.fleet import SweepResult
from dogwalk.db.repositories import fleet
from dogwalk.db.repositories import market as markets
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories.fleet import Told
from dogwalk.domain.ladder import Rung, reached
from dogwalk.errors import Unavailable
from dogwalk.services.fleet.evidence import EvidenceSweep
from dogwalk.services.fleet.parts import in_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.repositories.fleet import Running
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import MarketPolicy
    from dogwalk.ports import RunningBookings

logger = logging.getLogger(__name__)


class FleetSweep:
    """A walk with nothing wrong is read and costs nothing else. What is found is told before it is remembered, some bookings
    at a time: after a crash in between those are told twice, and pass the second over.
    """

    def __init__(self, *, database: Database, running: RunningBookings) -> None:
        self._database = database
        self._running = running
        self._evidence = EvidenceSweep(database=database, running=running)

    async def sweep(self, *, at: datetime) -> SweepResult:
        """Every market, one after the other."""
        async with self._database.transaction() as session:
            names = [market.id for market in await markets.every(session)]
        results = [await self.sweep_market(name, at=at) for name in names]
        return SweepResult(found=sum(result.found for result in results), told=sum(result.told for result in results))

    async def sweep_market(self, market_id: str, *, at: datetime) -> SweepResult:
        found = await self._find(market_id, at)
        bookings = [list(rungs) for _, rungs in groupby(found, key=attrgetter("booking_id"))]
        told = [await self._tell_some(some, at) for some in in_parts(bookings)]
        late = await self._evidence.sweep_market(market_id, at=at)
        return SweepResult(found=len(found) + late.found, told=sum(told) + late.told)

    async def _find(self, market_id: str, at: datetime) -> Sequence[Told]:
        async with self._database.transaction() as session:
            under_way = await fleet.running(session, market_id, at=at)
            frozen = await _policies(session, market_id, under_way)
            due = [rung for one in under_way for rung in _reached(one, at, frozen[one.policy_version])]
            known = await fleet.told(session, {rung.booking_id for rung in due})
        return [rung for rung in due if rung not in known]

    async def _tell_some(self, bookings: Sequence[Sequence[Told]], at: datetime) -> int:
        """Side by side, each its rungs in their order."""
        heard = await asyncio.gather(*(self._tell_one(rungs) for rungs in bookings))
        told = [rung for rungs in heard for rung in rungs]
        async with self._database.transaction() as session:
            await fleet.remember(session, told, at=at)
        return len(told)

    async def _tell_one(self, rungs: Sequence[Told]) -> list[Told]:
        return [rung for rung in rungs if await self._tell(rung)]

    async def _tell(self, due: Told) -> bool:
        """False when Temporal is away: the next sweep finds it again."""
        signal = RungReached(
            event_id=f"{due.booking_id}:{due.assignment_no}:{due.rung}",
            rung=Rung(due.rung),
            assignment_no=due.assignment_no,
            due_at=due.due_at,
        )
        try:
            await self._running.rung_reached(due.booking_id, signal)
        except Unavailable as error:
            logger.warning("a booking was not told of its rung %s: %s", due.rung, error.code)
            return False
        return True


def _reached(one: Running, at: datetime, policy: MarketPolicy) -> list[Told]:
    rungs = reached(one.standing, at=at, policy=policy)
    return [Told(one.booking_id, one.assignment_no, rung.value, due_at) for rung, due_at in rungs.items()]


async def _policies(session: AsyncSession, market_id: str, under_way: Sequence[Running]) -> dict[str, MarketPolicy]:
    """Those that running bookings were made under: one or two a market."""
    versions = {one.policy_version for one in under_way}
    return {version: await policies.by_version(session, market_id, version) for version in versions}
