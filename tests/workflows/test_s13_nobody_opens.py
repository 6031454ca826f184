"""S13: nobody opens. The walker waits at the door, tries to reach the owner, and may go: half is kept, she is paid hers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from dogwalk.contracts.booking import CommandOfWalker
from dogwalk.errors import DogwalkError
from dogwalk.services.booking.contact import Contacts
from tests.support.conversing import write_to

if TYPE_CHECKING:
    from tests.support.people import Owner
    from tests.support.world import World


async def at_the_door(world: World, *, early: timedelta = timedelta(0)) -> tuple[Owner, UUID, UUID]:
    """A walker who has tapped *arrived*."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    at_door = (await world.row(booking_id)).starts_at - early
    await world.advance(booking_id, at_door - world.now())
    await world.step(booking_id, "arrive", walker, at=at_door)
    return owner, walker, booking_id


async def call_the_owner(world: World, booking_id: UUID, walker: UUID, *, times: int = 2) -> None:
    contacts = Contacts(database=world.resources.database)
    for _ in range(times):
        await contacts.called(uuid4(), booking_id=booking_id, walker_id=walker, claimed=None, now=world.now())


async def gives_up(world: World, booking_id: UUID, walker: UUID) -> DogwalkError:
    with pytest.raises(DogwalkError) as caught:
        await world.step(booking_id, "no_access", walker)
    return caught.value


async def test_s13_nobody_opens(world: World) -> None:
    owner, walker, booking_id = await at_the_door(world)
    await call_the_owner(world, booking_id, walker)
    await world.wait_for(booking_id, timedelta(minutes=16))
    await world.step(booking_id, "no_access", walker)
    assert (await world.step(booking_id, "no_access", walker)).outcome == "no_access"
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("no_access", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [1388]
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [1000]
    assert (await world.balances(booking_id))["platform_revenue"] == -388
    told = await world.told(booking_id)
    assert told[("no_access", owner.id)] == told[("receipt", owner.id)] == told[("payout_sent", walker)] == 1
    assert (await world.cost(booking_id)).events <= 80


async def test_s13_the_wait_counts_from_the_later_of_arrival_and_start(world: World) -> None:
    _, walker, booking_id = await at_the_door(world, early=timedelta(minutes=10))
    await call_the_owner(world, booking_id, walker)
    await world.wait_for(booking_id, timedelta(minutes=16))
    refused = await gives_up(world, booking_id, walker)
    starts_at = (await world.row(booking_id)).starts_at
    assert refused.code == "wait_not_over"
    assert datetime.fromisoformat(refused.extra["not_before"]) == starts_at + timedelta(minutes=15)
    await world.wait_for(booking_id, timedelta(minutes=9))
    await world.step(booking_id, "no_access", walker)


async def test_s13_a_tap_dated_ahead_shortens_no_wait(world: World) -> None:
    _, walker, booking_id = await at_the_door(world)
    await call_the_owner(world, booking_id, walker)
    await world.wait_for(booking_id, timedelta(minutes=14))
    ahead = CommandOfWalker(walker_id=walker, at=world.now() + timedelta(seconds=100))
    assert await world.refused(booking_id, "no_access", ahead) == "wait_not_over"


async def test_s13_the_owner_must_have_been_tried_twice(world: World) -> None:
    _, walker, booking_id = await at_the_door(world)
    await call_the_owner(world, booking_id, walker, times=1)
    await world.wait_for(booking_id, timedelta(minutes=16))
    refused = await gives_up(world, booking_id, walker)
    assert (refused.code, refused.extra["attempts"], refused.extra["needed"]) == ("owner_not_contacted", 1, 2)
    await call_the_owner(world, booking_id, walker, times=1)
    await world.step(booking_id, "no_access", walker)


async def test_s13_messages_to_the_owner_count_as_calls_do(world: World) -> None:
    owner, walker, booking_id = await at_the_door(world)
    await write_to(world.resources, booking_id, walker)
    await write_to(world.resources, booking_id, owner.id, "Just a moment")
    await world.wait_for(booking_id, timedelta(minutes=16))
    refused = await gives_up(world, booking_id, walker)
    assert (refused.code, refused.extra["attempts"]) == ("owner_not_contacted", 1)
    await write_to(world.resources, booking_id, walker, "Nobody opens.")
    await world.step(booking_id, "no_access", walker)
    assert (await world.closed(booking_id)).outcome == "no_access"
    told = await world.told(booking_id)
    assert (told[("message_received", owner.id)], told[("message_received", walker)]) == (2, 1)
    assert "Nobody opens." not in str([message.data for message in await world.outbox(booking_id)])


async def test_s13_positions_must_show_her_at_the_door(world: World) -> None:
    _, walker, booking_id = await at_the_door(world)
    await call_the_owner(world, booking_id, walker)
    await world.wait_for(booking_id, timedelta(minutes=8))
    await world.wait_for(booking_id, timedelta(minutes=8), away_m=400.0)
    assert (await gives_up(world, booking_id, walker)).code == "not_at_home"


async def test_s13_only_from_the_door(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    assert (await gives_up(world, booking_id, walker)).code == "wrong_state"


async def test_s13_a_walker_who_came_late_costs_the_platform_her_minutes(world: World) -> None:
    _, walker, booking_id = await at_the_door(world, early=-timedelta(minutes=5, seconds=1))
    await world.control.add_balance(10_000)
    await call_the_owner(world, booking_id, walker)
    await world.wait_for(booking_id, timedelta(minutes=16))
    await world.step(booking_id, "no_access", walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("no_access", "partially_refunded")
    assert (await world.balances(booking_id))["platform_cost"] == 250, "5 minutes: 10 % of 25.00"
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert sum(transfer.amount for transfer in transfers) == 1000
