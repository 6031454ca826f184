"""S28 beyond the plain walk: workers killed while somebody takes over, nobody comes, a debt is collected, a claim decided,
an incident told and released: the same end, balanced, each effect once.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from dogwalk.adapters.claim_workflows import ClaimWorkflows
from dogwalk.contracts import queues
from dogwalk.contracts.booking import AcceptOffer, CommandOfWalker, ReportIncident
from dogwalk.contracts.claim import workflow_id as claim_workflow_id
from dogwalk.contracts.debt import workflow_id as debt_workflow_id
from dogwalk.contracts.fleet import WORKFLOW as FLEET_SWEEP
from dogwalk.contracts.support import RefundByHand, SupportCommand
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import BookingEvent, Offer
from dogwalk.db.models.walker import WalkerStrike
from dogwalk.domain.incident import IncidentKind
from dogwalk.domain.policy import AfterTheWalk, Lateness, MarketPolicy, Offers, Pricing, Rate, Settlement, Walking
from dogwalk.services.claim import Claims
from tests.support.deeds import with_grant
from tests.support.footsteps import leave_footsteps
from tests.support.mortal_workers import Death, Workers
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tests.support.database import Template
    from tests.support.people import Owner

CLAIMED = 500
AFTER = "after"  # the work is done and nobody has heard of it; killed before it there is nothing to repeat
NEVER_S = 3600
NOTICED_AFTER = timedelta(seconds=4)
SWIFT = MarketPolicy(
    version="swift",
    pricing=Pricing(rates={"walk_30": Rate(duration_s=1, base=2500)}),
    offers=Offers(wave_s=300, matching_ends_before_start_s=0, min_lead_s=0, travel_buffer_s=0, asap_eta_max_s=1),
    walking=Walking(
        on_the_way_before_s=NEVER_S, start_before_s=NEVER_S, not_served_below_s=0, served_percent=0, command_age_max_s=1
    ),
    lateness=Lateness(told_after_s=0, reminded_after_s=0, stand_by_after_s=0, no_show_after_s=NEVER_S),
    settlement=Settlement(transfer_after_s=1, late_positions_s=1),
    afterwards=AfterTheWalk(claim_decided_within_s=1),
)
NOBODY_ELSE = SWIFT.model_copy(update={"lateness": Lateness(stand_by_after_s=NEVER_S, no_show_after_s=0)})


class Story:
    """A booking and its people, in a world whose workers die."""

    def __init__(self, world: World, workers: Workers) -> None:
        self.world = world
        self.workers = workers

    async def assigned(self, *, now: bool = False) -> None:
        """For in ten minutes; or for `now`, when it begins with the accept."""
        self.owner: Owner = await self.world.town.owner()
        self.walker = await self.world.town.walker()
        starts_in = timedelta(minutes=10)
        self.booking_id: UUID = await self.world.book(self.owner, starts_in=starts_in, quote={"asap": now})
        await self.world.status(self.booking_id, "matching", timeout_s=60)
        await self.world.command(self.booking_id, "accept_offer", AcceptOffer(walker_id=self.walker))

    async def out(self) -> None:
        for step in ("on_the_way", "arrive", "start"):
            await self.step(step)

    async def step(self, name: str) -> None:
        await self.world.command(self.booking_id, name, CommandOfWalker(walker_id=self.walker))

    async def finish(self) -> None:
        started_at = (await self.world.row(self.booking_id)).started_at
        assert started_at
        last = started_at + timedelta(seconds=1)
        await leave_footsteps(self.world.resources, self.booking_id, first=started_at, last=last)
        await self.step("finish")

    async def by_support(self, name: str, command: SupportCommand | None = None) -> None:
        command = command or SupportCommand(reason="looked into it")
        await self.world.command(self.booking_id, name, with_grant(self.world, name, self.booking_id, command))

    async def result(self) -> None:
        await self.world.handles[self.booking_id].result()

    async def released(self, name: str = "release") -> None:
        """And then to its end."""
        await self.by_support(name)
        await self.result()

    async def sweep_until(self, check: Callable[[], Awaitable[Any]]) -> None:
        """As the schedule does, more often."""
        queue = queues.task_queue(self.world.settings.task_queue_prefix, queues.BOOKING)
        while not await check():
            await self.world.client.start_workflow(FLEET_SWEEP, id=f"sweep-{uuid4()}", task_queue=queue)
            await asyncio.sleep(1)

    async def has_status(self, status: str) -> bool:
        return (await self.world.row(self.booking_id)).status == status

    async def has_payment(self, status: str) -> bool:
        return (await self.world.row(self.booking_id)).payment_status == status

    async def is_swept_and_offered_to(self, walker: UUID) -> bool:
        await self.world.sweep()
        async with self.world.resources.database.transaction() as session:
            mine = select(Offer.id).where(Offer.booking_id == self.booking_id, Offer.walker_id == walker)
            return await session.scalar(mine) is not None

    async def strikes(self) -> list[tuple[UUID, str]]:
        async with self.world.resources.database.transaction() as session:
            return [(one.walker_id, one.kind) for one in await session.scalars(select(WalkerStrike))]

    async def events(self, kind: str) -> int:
        mine = (BookingEvent.booking_id == self.booking_id, BookingEvent.type == kind)
        async with self.world.resources.database.transaction() as session:
            return len((await session.scalars(select(BookingEvent.seq).where(*mine))).all())

    async def ends(self, outcome: str, payment_status: str) -> None:
        row = await self.world.balanced(self.booking_id)
        assert (row.outcome, row.payment_status) == (outcome, payment_status)

    async def told(self, **times: int) -> None:
        """How often anybody was told each of these."""
        told = await self.world.told(self.booking_id)
        assert {kind: sum(n for (one, _), n in told.items() if one == kind) for kind in times} == times

    async def money(self) -> tuple[list[int], list[int], list[int]]:
        """What was captured, refunded, transferred at Stripe."""
        gateway = self.world.resources.payments
        intents = await gateway.find_holds(customer_id=self.owner.customer_id, booking_id=str(self.booking_id))
        transfers = await gateway.find_transfers(booking_id=str(self.booking_id))
        refunded = [one.amount_refunded for one in await self.world.payments(self.booking_id)]
        captured = [one.amount_captured for one in intents]
        return [n for n in captured if n], [n for n in refunded if n], [one.amount for one in transfers]

    async def all_paid(self) -> tuple[list[int], list[int], list[int]]:
        row = await self.world.row(self.booking_id)
        return [row.total], [], [row.walker_earns]


async def _taken_over(story: Story) -> None:
    await story.assigned(now=True)
    first, second = story.walker, await story.world.town.walker()

    async def ask() -> None:
        await story.world.eventually(lambda: story.is_swept_and_offered_to(second))

    await story.workers.die_during(ask(), Death("matching.open_wave", AFTER))
    accept = story.world.command(story.booking_id, "accept_offer", AcceptOffer(walker_id=second))
    state = await story.workers.die_during(accept, Death("assignment.claim", AFTER))
    assert (state.walker_id, state.assignment_no) == (second, 2)
    story.walker = second
    await story.out()
    await story.finish()
    await story.result()
    await story.ends("completed", "captured")
    assert await story.money() == await story.all_paid()
    assert await story.strikes() == [(first, "late_cancel")]
    assert await story.events("walker_late") == 1
    await story.told(late_reminder=1, walk_taken_over=1, booking_assigned=2, payout_sent=1, receipt=1)


async def _nobody_comes(story: Story) -> None:
    await story.assigned(now=True)

    async def end() -> None:
        await story.sweep_until(lambda: story.has_status("no_show"))
        await story.result()

    decided = [Death(name, AFTER) for name in ("walk.find_signs", "booking.end", "payment.collect")]
    await story.workers.die_during(end(), Death("fleet.sweep", "telling"), *decided)
    await story.ends("no_show", "released")
    assert await story.money() == ([], [], [])
    assert await story.strikes() == [(story.walker, "no_show")]
    await story.told(no_show=1, no_show_recorded=1)


async def _in_debt(story: Story) -> None:
    """The hold lapses while the dog is out."""
    await story.assigned()
    await story.out()
    await story.world.control.advance(timedelta(days=8).total_seconds())
    await story.by_support("hold")
    debt = story.world.client.get_workflow_handle(debt_workflow_id(story.booking_id))

    async def pay() -> None:
        await story.finish()
        await story.world.eventually(lambda: story.has_payment("captured"))

    await story.workers.die_during(pay(), Death("payment.collect", AFTER), Death("payment.charge_debt", AFTER))
    await debt.result()
    await story.world.control.add_balance((await story.world.row(story.booking_id)).walker_earns)
    await story.workers.die_during(story.released(), Death("payment.settle", AFTER))
    await story.ends("completed", "captured")
    assert await story.money() == await story.all_paid()
    await story.told(debt_paid=1, payment_due=0, payout_sent=1)


async def _claimed(story: Story) -> None:
    """Nobody decides in time; then a part of it is granted."""
    world, workers = story.world, story.workers
    await story.assigned()
    await story.out()
    await story.by_support("hold")
    await story.finish()
    await world.eventually(lambda: story.has_payment("captured"))
    claims, claim_id = Claims(database=world.resources.database), uuid7()
    running = ClaimWorkflows(client=world.client, task_queue_prefix=world.settings.task_queue_prefix)
    request = await claims.open(
        story.booking_id, story.owner.id, claim_id=claim_id, kind="damage", amount=CLAIMED, notes="", at=world.now()
    )

    async def pressed() -> bool:
        return "claim_overdue" in await world.tasks(story.booking_id)

    async def press() -> None:
        await running.start(request)
        await world.eventually(pressed)

    async def settle() -> None:
        await running.decided(claim_id)
        await world.client.get_workflow_handle(claim_workflow_id(claim_id)).result()

    await workers.die_during(press(), Death("claim.press", AFTER))
    refund = RefundByHand(reason="broken vase", refund_id=uuid7(), amount=CLAIMED, claw_back=True)
    await workers.die_during(story.by_support("refund", refund), Death("payment.refund", AFTER))
    await claims.decide(claim_id, granted=CLAIMED, by=story.owner.id, reason="seen", at=world.now())
    await workers.die_during(settle(), Death("claim.settle", AFTER))
    await workers.die_during(story.released(), Death("payment.settle", AFTER))
    await story.ends("completed", "partially_refunded")
    [total], _, [share] = await story.all_paid()
    assert await story.money() == ([total], [CLAIMED], [share - share * CLAIMED // total])
    await story.told(refund_made=1, pay_reduced=1, claim_opened=1, claim_decided=1, payout_sent=1)


async def _incident(story: Story) -> None:
    world, workers = story.world, story.workers
    await story.assigned()
    await story.out()
    report = ReportIncident(by="walker", person_id=story.walker, kind=IncidentKind.BITE)
    told = world.command(story.booking_id, "report_incident", report)
    await workers.die_during(told, Death("booking.note", AFTER))
    await story.finish()
    released = story.released("release_incident")
    await workers.die_during(released, Death("booking.note", AFTER), Death("payment.settle", AFTER))
    await story.ends("completed", "captured")
    assert not (await world.row(story.booking_id)).incident
    assert await story.money() == await story.all_paid()
    await story.told(incident_reported=1, incident_contact=1, receipt=1, payout_sent=1)


STORIES = {_taken_over: SWIFT, _nobody_comes: NOBODY_ELSE, _in_debt: SWIFT, _claimed: SWIFT, _incident: SWIFT}


@pytest.mark.timeout(300)
async def test_s28_what_goes_wrong_on_a_walk_survives_every_death(
    stack_environment: dict[str, str], template: Template
) -> None:
    async def survive(story: Callable[[Story], Awaitable[None]], policy: MarketPolicy) -> str | None:
        async with open_world(stack_environment, template, policy=policy, workers=False) as world:
            uncached = world.environment | {"WORKER_MAX_CACHED_WORKFLOWS": "0"}
            workers = Workers(uncached, noticed_after=NOTICED_AFTER)
            workers.start()
            try:
                async with asyncio.timeout(200):
                    await story(Story(world, workers))
            except Exception as error:  # noqa: BLE001 every story is told, not the first alone
                return f"{story.__name__}: {type(error).__name__}: {error}"
            finally:
                await workers.stop()
            return None

    told = await asyncio.gather(*(survive(story, policy) for story, policy in STORIES.items()))
    broken = [one for one in told if one]
    assert not broken, "\n".join(broken)
