"""Whether our own balance at Stripe covers what the platform adds to walkers' pay: bonuses, credits, walks no charge paid.

Such a transfer has no charge behind it and is refused as `balance_insufficient` when the account is short; it is tried
again every hour. Support and the alert hear of it before that.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import payout as payouts
from dogwalk.db.repositories import support_task
from dogwalk.errors import DogwalkError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway

logger = logging.getLogger(__name__)

AHEAD = timedelta(hours=24)  # a top-up takes its time
STRIPE_S = 10.0  # the sweep that asks has a minute
TASK = "balance_low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Minor units of one currency. `needed`: what the platform pays within a day."""

    currency: str
    available: int
    needed: int

    @property
    def is_short(self) -> bool:
        return self.available < self.needed


class BalanceWatch:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def look(self, *, at: datetime) -> list[Cover]:
        """One for each currency, empty when Stripe is away: the next look knows. A short one is a task of support, once
        until it is resolved; covered again, the task is answered by itself.
        """
        available = await self._available()
        if available is None:
            return []
        async with self._database.transaction() as session:
            needed = await payouts.platform_owes(session, by=at + AHEAD)
            covers = [
                Cover(currency=one, available=available.get(one, 0), needed=needed.get(one, 0))
                for one in sorted({*available, *needed})
            ]
            for cover in covers:
                await _keep_task(session, cover, at)
        return covers

    async def _available(self) -> Mapping[str, int] | None:
        try:
            async with asyncio.timeout(STRIPE_S):
                return await self._gateway.available_balance()
        except (DogwalkError, TimeoutError) as error:
            logger.warning("the balance could not be asked for: %s", type(error).__name__)
            return None


async def _keep_task(session: AsyncSession, cover: Cover, at: datetime) -> None:
    waiting = await support_task.unresolved(session, kind=TASK, key_prefix=f"balance-{cover.currency}-")
    if cover.is_short and not waiting:
        await support_task.open(
            session,
            key=f"balance-{cover.currency}-{at:%Y-%m-%dT%H}",
            kind=TASK,
            reason=f"Our balance at Stripe covers {cover.available} of {cover.needed} {cover.currency} in minor units",
            at=at,
        )
    if not cover.is_short:
        for task in waiting:
            await support_task.settle(session, task.key, resolution="covered again", at=at)
