"""An accept that was sent after its time loses to the clock, though no worker was there to see the time pass."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.contracts.booking import AcceptOffer
from dogwalk.db.models.booking import Offer
from dogwalk.domain.policy import MarketPolicy, Offers
from tests.support.mortal_workers import Workers
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.database import Template

# Real seconds: without a worker nobody can skip them. Long enough to be asked and for the workers to go.
HASTY = MarketPolicy(version="hasty", offers=Offers(wave_s=20))
UNTIL_IT_IS_SENT_S = 2.0


async def test_a_late_accept_loses_to_the_clock_though_the_worker_was_down(
    stack_environment: dict[str, str], template: Template
) -> None:
    async with open_world(stack_environment, template, policy=HASTY, workers=False) as world:
        workers = Workers(world.environment)
        workers.start()
        owner, walker = await world.town.owner(), await world.town.walker()
        booking_id = await world.book(owner, starts_in=timedelta(hours=5))
        offer = await world.eventually(lambda: _offer(world, booking_id))
        await workers.stop()
        await asyncio.sleep((offer.expires_at - world.now()).total_seconds() + 1)
        accepting = asyncio.create_task(world.refused(booking_id, "accept_offer", AcceptOffer(walker_id=walker)))
        await asyncio.sleep(UNTIL_IT_IS_SENT_S)
        workers.start()
        try:
            async with asyncio.timeout(60):
                assert await accepting == "offer_expired"
            assert (await world.row(booking_id)).walker_id is None
        finally:
            await workers.stop()


async def _offer(world: World, booking_id: UUID) -> Offer | None:
    async with world.resources.database.transaction() as session:
        return await session.scalar(select(Offer).where(Offer.booking_id == booking_id))
