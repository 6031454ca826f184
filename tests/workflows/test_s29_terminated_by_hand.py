"""S29: somebody pressed Terminate in the Temporal UI: reconciliation finds it, lets go of the hold, tells support."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.client import Client

from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.db.repositories import audit, support_task
from workers.registry import reconciliation

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.services.booking.reconciliation import Reconciliation
    from tests.support.people import Owner
    from tests.support.world import World


async def _assigned(world: World) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, owner, walker


async def _tasks(world: World, booking_id: UUID) -> list[str]:
    async with world.resources.database.transaction() as session:
        return [task.kind for task in await support_task.of_booking(session, booking_id)]


async def _found(world: World, passes: Reconciliation, booking_id: UUID) -> None:
    async def made_good() -> bool:
        return booking_id in await passes.run(at=world.now())

    await world.eventually(made_good)


async def test_s29_the_hold_is_let_go_everybody_told_and_support_has_a_task(world: World) -> None:
    booking_id, owner, walker = await _assigned(world)
    other, _, _ = await _assigned(world)
    await world.handles[booking_id].terminate("by hand")
    passes = reconciliation(world.resources, world.running)
    await _found(world, passes, booking_id)
    row = await world.balanced(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "released")
    [hold] = await world.resources.payments.find_holds(customer_id=owner.customer_id, booking_id=str(booking_id))
    assert (hold.status, hold.amount_capturable) == ("canceled", 0)
    told = await world.told(booking_id)
    assert told[("booking_cancelled", owner.id)] == told[("booking_cancelled", walker)] == 1
    assert await _tasks(world, booking_id) == ["workflow_gone"]
    async with world.resources.database.transaction() as session:
        deeds = await audit.of_booking(session, booking_id)
    assert {(deed.actor, deed.action) for deed in deeds} == {("reconciliation", "workflow_gone")}
    assert await passes.run(at=world.now()) == []
    assert (await world.row(other)).status == "assigned"


async def test_s29_what_was_earned_stays_and_support_decides(world: World) -> None:
    booking_id, _, walker = await _assigned(world)
    await world.walk(booking_id, walker)

    async def captured() -> bool:
        return (await world.row(booking_id)).payment_status == "captured"

    await world.eventually(captured)
    await world.handles[booking_id].terminate("by hand")
    passes = reconciliation(world.resources, world.running)
    await _found(world, passes, booking_id)
    row = await world.row(booking_id)
    assert (row.status, row.payment_status, row.needs_attention) == ("completed", "captured", "workflow_gone")
    assert await _tasks(world, booking_id) == ["workflow_gone"]
    assert await passes.run(at=world.now()) == []


async def test_s29_temporal_without_its_data_calls_nothing_off(world: World) -> None:
    booking_id, _, _ = await _assigned(world)
    passes = reconciliation(world.resources, _emptied(world))
    assert await passes.run(at=world.now()) == [booking_id]
    row = await world.row(booking_id)
    assert (row.status, row.payment_status) == ("assigned", "held")
    assert await _tasks(world, booking_id) == ["workflow_gone"]


def _emptied(world: World) -> BookingWorkflows:
    """A Temporal that was set up anew: a namespace nobody ever wrote to."""
    config = world.client.config()
    return BookingWorkflows(
        client=Client(**{**config, "namespace": "temporal-system"}), task_queue_prefix="none-", command_timeout_s=1.0
    )
