"""S25: an incident and a claim at the same time: either keeps the pay back, and only both done with let it go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dogwalk.adapters.claim_workflows import ClaimWorkflows
from dogwalk.contracts.booking import ReportIncident
from dogwalk.contracts.claim import workflow_id
from dogwalk.contracts.support import SupportCommand
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import Payout
from dogwalk.domain.incident import IncidentKind
from dogwalk.services.claim import Claims
from tests.support.deeds import with_grant

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World

SHARE = 2000


class Stopped:
    """A walk whose money is taken and whose pay is kept back twice."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._claims = Claims(database=world.resources.database)
        self._running = ClaimWorkflows(client=world.running._client, task_queue_prefix=world.settings.task_queue_prefix)
        self.claim_id = uuid7()

    async def open(self) -> UUID:
        world = self._world
        owner, walker = await world.town.owner(), await world.town.walker()
        self.booking_id = await world.book(owner, starts_in=timedelta(hours=3))
        await world.status(self.booking_id, "matching")
        await world.accept(self.booking_id, walker)
        await world.set_out(self.booking_id, walker)
        await world.walk_for(self.booking_id, timedelta(minutes=30))
        await world.step(self.booking_id, "finish", walker, at=(await world.row(self.booking_id)).ends_at)
        await world.eventually(self._is_captured)
        report = ReportIncident(by="walker", person_id=walker, kind=IncidentKind.BITE)
        await world.command(self.booking_id, "report_incident", report)
        request = await self._claims.open(
            self.booking_id, owner.id, claim_id=self.claim_id, kind="damage", amount=1000, notes="", at=world.now()
        )
        await self._running.start(request)
        return self.booking_id

    async def _is_captured(self) -> bool:
        return (await self._world.row(self.booking_id)).payment_status == "captured"

    async def release(self) -> None:
        granted = with_grant(self._world, "release_incident", self.booking_id, SupportCommand(reason="all well"))
        await self._world.command(self.booking_id, "release_incident", granted)

    async def decide(self) -> None:
        by = (await self._world.town.owner()).id
        await self._claims.decide(self.claim_id, granted=0, by=by, reason="seen", at=self._world.now())
        await self._running.decided(self.claim_id)
        await self._world.client.get_workflow_handle(workflow_id(self.claim_id)).result()

    async def payout(self) -> str:
        async with self._world.resources.database.transaction() as session:
            return str(await session.scalar(select(Payout.state).where(Payout.booking_id == self.booking_id)))


@pytest.mark.parametrize("first", ["release", "decide"])
async def test_s25_an_incident_and_a_claim_both_keep_the_pay_back(world: World, first: str) -> None:
    stopped = Stopped(world)
    booking_id = await stopped.open()
    await getattr(stopped, first)()
    assert await stopped.payout() == "held"
    await world.advance(booking_id, timedelta(hours=72))
    assert not await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert await stopped.payout() == "held"
    await getattr(stopped, "decide" if first == "release" else "release")()
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.incident) == ("completed", "captured", False)
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [SHARE]
