"""S28: every worker killed at each point of a walk: the same end, one hold, one capture, one transfer, each message once;
twice only where the kill fell between sending and marking.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.contracts.booking import AcceptOffer, CommandOfWalker
from dogwalk.domain.policy import MarketPolicy, Offers, Pricing, Rate, Settlement, Walking
from tests.support.footsteps import leave_footsteps
from tests.support.mortal_workers import Death, Workers
from tests.support.people import device_of
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from uuid import UUID

    from devstack.standins.client import InboxClient
    from dogwalk.db.models.notification import OutboxMessage
    from tests.support.database import Template
    from tests.support.people import Owner

ACTIVITIES = (
    "payment.authorize",
    "matching.open_wave",
    "assignment.claim",
    "walk.advance",
    "walk.finish",
    "payment.collect",
    "payment.settle",
    "notification.deliver",
)
DEATHS = [Death(activity, moment) for activity in ACTIVITIES for moment in ("before", "after")]
BETWEEN_SENDING_AND_MARKING = Death("notification.deliver", "sending")
MESSAGES = 11  # of one walk: eight pushes and three mails
AT_ONCE = 17  # they wait for time-outs, mostly
PATIENT = MarketPolicy(
    version="patient",
    pricing=Pricing(rates={"walk_30": Rate(duration_s=1, base=2500)}),
    offers=Offers(wave_s=300, matching_ends_before_start_s=0, min_lead_s=0, travel_buffer_s=0),
    walking=Walking(on_the_way_before_s=3600, start_before_s=3600, not_served_below_s=0, served_percent=0),
    settlement=Settlement(transfer_after_s=1, late_positions_s=1),
)


@pytest.mark.timeout(400)
async def test_s28_a_walk_survives_every_death(
    stack_environment: dict[str, str], template: Template, inbox: InboxClient
) -> None:
    turn = asyncio.Semaphore(AT_ONCE)

    async def survive(death: Death) -> str | None:
        async with turn, open_world(stack_environment, template, policy=PATIENT, workers=False) as world:
            try:
                await _walk_through(world, death, inbox)
            except Exception as error:  # noqa: BLE001 every death is told, not the first alone
                return f"{death}: {type(error).__name__}: {error}"
            return None

    told = await asyncio.gather(*(survive(death) for death in [*DEATHS, BETWEEN_SENDING_AND_MARKING]))
    broken = [one for one in told if one]
    assert not broken, "\n".join(broken)


async def _walk_through(world: World, death: Death, inbox: InboxClient) -> None:
    workers = Workers(world.environment)
    workers.start(death)
    owner, walker = await world.town.owner(), await world.town.walker()
    story = asyncio.create_task(_story(world, owner, walker))
    try:
        await workers.killed()
        workers.start()
        async with asyncio.timeout(120):
            booking_id = await story
            await _check(world, owner, booking_id)
            await _check_messages(world, booking_id, inbox, death)
    finally:
        story.cancel()
        await workers.stop()


async def _story(world: World, owner: Owner, walker: UUID) -> UUID:
    booking_id = await world.book(owner, starts_in=timedelta(minutes=10))
    await world.status(booking_id, "matching", timeout_s=60)
    await world.command(booking_id, "accept_offer", AcceptOffer(walker_id=walker))
    for step in ("on_the_way", "arrive", "start"):
        await world.command(booking_id, step, CommandOfWalker(walker_id=walker))
    row = await world.row(booking_id)
    assert row.started_at
    await leave_footsteps(world.resources, booking_id, first=row.started_at, last=row.started_at + timedelta(seconds=1))
    await world.command(booking_id, "finish", CommandOfWalker(walker_id=walker))
    await world.handles[booking_id].result()
    return booking_id


async def _check(world: World, owner: Owner, booking_id: UUID) -> None:
    row = await world.balanced(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    intents = await world.resources.payments.find_holds(customer_id=owner.customer_id, booking_id=str(booking_id))
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [intent.amount_captured for intent in intents] == [row.total]
    assert [transfer.amount for transfer in transfers] == [row.walker_earns]


async def _check_messages(world: World, booking_id: UUID, inbox: InboxClient, death: Death) -> None:
    """A message sent twice was claimed twice: its first deliverer died before it could mark it."""

    async def all_sent() -> bool:
        return all(message.state == "sent" for message in await world.outbox(booking_id))

    await world.eventually(all_sent, timeout_s=60)
    messages = await world.outbox(booking_id)
    received = [await _received(inbox, message) for message in messages]
    assert len(messages) == MESSAGES
    assert all(1 <= times <= message.attempts for message, times in zip(messages, received, strict=True)), received
    if death == BETWEEN_SENDING_AND_MARKING:
        assert sum(received) > MESSAGES


async def _received(inbox: InboxClient, message: OutboxMessage) -> int:
    to = device_of(message.person_id) if message.channel == "push" else f"{message.person_id}@"
    found = await inbox.messages(channel=message.channel)
    return sum(one["to"].startswith(to) and str(message.id) in str(one["provider_data"]) for one in found)
