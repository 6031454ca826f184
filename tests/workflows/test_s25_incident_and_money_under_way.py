"""S25: an incident told while money is under way, or before a storm: it holds what can still be held, the books balance, and
support's release ends it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dogwalk.contracts.booking import ReportIncident
from dogwalk.contracts.support import SupportCommand
from dogwalk.db.models.payment import Payout
from dogwalk.domain.incident import IncidentKind
from tests.support.deeds import with_grant
from tests.support.trouble import Meanwhile
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.database import Template
    from tests.support.people import Owner

SHARE = 2000
CAPTURE, TRANSFER = "/v1/payment_intents/{id}/capture", "/v1/transfers"
RELEASE = "/v1/payment_intents/{id}/cancel"
PAID_AFTER = timedelta(hours=49)
NEXT_TRY = timedelta(minutes=6)


class Trouble:
    """A booking with a walker, whom something happens to."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def begin(self) -> None:
        world = self._world
        self.owner: Owner = await world.town.owner()
        self.walker = await world.town.walker()
        self.booking_id: UUID = await world.book(self.owner, starts_in=timedelta(hours=3))
        await world.status(self.booking_id, "matching")
        await world.accept(self.booking_id, self.walker)

    async def report(self) -> None:
        report = ReportIncident(by="walker", person_id=self.walker, kind=IncidentKind.BITE)
        await self._world.command(self.booking_id, "report_incident", report)

    async def release(self) -> None:
        granted = with_grant(self._world, "release_incident", self.booking_id, SupportCommand(reason="all well"))
        await self._world.command(self.booking_id, "release_incident", granted)

    async def is_paid_once_released(self) -> None:
        """A walk that was taken for: when her pay is due it is held, and leaves with the release."""
        await self._world.advance(self.booking_id, PAID_AFTER)
        assert (await self.payout(), await self.transfers()) == ("held", [])
        await self.release()
        row = await self._world.closed(self.booking_id)
        assert (row.outcome, row.payment_status, row.incident) == ("completed", "captured", False)
        assert await self.transfers() == [SHARE]

    async def payout(self) -> str | None:
        async with self._world.resources.database.transaction() as session:
            return await session.scalar(select(Payout.state).where(Payout.booking_id == self.booking_id))

    async def payout_is(self, state: str) -> None:
        async def reached() -> bool:
            return await self.payout() == state

        await self._world.eventually(reached)

    async def payment_is(self, status: str) -> None:
        async def reached() -> bool:
            return (await self._world.row(self.booking_id)).payment_status == status

        await self._world.eventually(reached)

    async def tried(self, call: str) -> None:
        async def has_come() -> bool:
            return bool((await self._world.control.requests())["counts"].get(f"POST {call}"))

        await self._world.eventually(has_come)

    async def transfers(self) -> list[int]:
        made = await self._world.resources.payments.find_transfers(booking_id=str(self.booking_id))
        return [one.amount for one in made]


@pytest.fixture
async def trouble(world: World) -> Trouble:
    found = Trouble(world)
    await found.begin()
    return found


async def test_s25_told_while_the_pay_is_under_way_it_is_paid_and_waits_for_support(
    world: World, trouble: Trouble
) -> None:
    booking_id = trouble.booking_id
    await world.walk(booking_id, trouble.walker)
    await trouble.payment_is("captured")
    await world.control.fault(route=TRANSFER, method="POST", status=500, times=None)
    ended_at = (await world.row(booking_id)).ended_at
    assert ended_at is not None
    await world.advance(booking_id, ended_at + timedelta(hours=48, seconds=1) - world.now())
    await trouble.payout_is("paying")
    await trouble.report()
    assert await trouble.payout() == "paying", "what has begun is not held"
    await world.control.clear_faults()
    await world.advance(booking_id, NEXT_TRY)
    row = await world.status(booking_id, "closed")
    assert (row.incident, await trouble.payout(), await trouble.transfers()) == (True, "paid", [SHARE])
    await trouble.release()
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.incident) == ("completed", "captured", False)
    assert await world.tasks(booking_id) == {}
    told = await world.told(booking_id)
    assert (told[("payout_sent", trouble.walker)], told[("receipt", trouble.owner.id)]) == (1, 1)


async def test_s25_told_while_the_money_is_taken_the_pay_is_held(world: World, trouble: Trouble) -> None:
    booking_id = trouble.booking_id
    await world.control.fault(route=CAPTURE, method="POST", status=500, times=None)
    await world.walk(booking_id, trouble.walker)
    await trouble.tried(CAPTURE)
    await trouble.report()
    await world.control.clear_faults()
    await world.advance(booking_id, NEXT_TRY)
    await trouble.payment_is("captured")
    assert await trouble.payout() == "held"
    await trouble.is_paid_once_released()
    assert (await world.told(booking_id))[("receipt", trouble.owner.id)] == 1


async def test_s25_told_in_the_moment_the_booking_closes_it_waits_for_support(
    stack_environment: dict[str, str], template: Template
) -> None:
    meanwhile = Meanwhile("booking.note")
    async with open_world(stack_environment, template, interceptors=[meanwhile]) as world:
        trouble = Trouble(world)
        await trouble.begin()
        await world.control.fault(route=RELEASE, method="POST", status=500, times=None)
        await world.cancel(trouble.booking_id, trouble.owner, fee=0)
        await trouble.tried(RELEASE)

        async def closes() -> None:
            await world.control.clear_faults()
            await world.status(trouble.booking_id, "closed")

        meanwhile.happens = closes
        await trouble.report()
        await trouble.release()
        assert not (await world.closed(trouble.booking_id)).incident


async def test_s25_a_storm_calls_the_walk_off_and_support_still_looks(world: World, trouble: Trouble) -> None:
    booking_id = trouble.booking_id
    await trouble.report()
    await world.running.cancel_free(booking_id, SupportCommand(reason="storm"))
    await world.status(booking_id, "cancelled")
    await world.advance(booking_id, timedelta(hours=25))
    await trouble.payment_is("released")
    assert (await world.row(booking_id)).incident
    await trouble.release()
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.incident) == ("cancelled_by_support", "released", False)
    assert (await trouble.payout(), await trouble.transfers()) == (None, [])
    assert (await world.told(booking_id))[("booking_cancelled", trouble.owner.id)] == 1


async def test_s25_a_storm_calls_no_walk_off_that_is_under_way(world: World, trouble: Trouble) -> None:
    booking_id = trouble.booking_id
    await world.set_out(booking_id, trouble.walker)
    await trouble.report()
    await world.running.cancel_free(booking_id, SupportCommand(reason="storm"))
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", trouble.walker, at=(await world.row(booking_id)).ends_at)
    await world.advance(booking_id, timedelta(hours=25))
    await trouble.payment_is("captured")
    await trouble.is_paid_once_released()
