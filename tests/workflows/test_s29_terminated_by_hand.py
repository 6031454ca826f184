"""S29: somebody pressed Terminate in the Temporal UI: reconciliation finds it, lets go of the hold, tells support."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from temporalio.client import Client

from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.contracts.booking import workflow_id
from dogwalk.db.models.walker import WalkerCalendar
from dogwalk.db.repositories import audit, support_task
from tests.support.temporal_cli import temporal_cli
from workers.registry import reconciliation

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.services.booking.reconciliation import Reconciliation
    from tests.support.people import Owner
    from tests.support.world import World


SHARE = 2000


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


async def test_s29_reset_by_hand_what_was_earned_goes_on_and_is_paid(world: World) -> None:
    """The runbook's way back: what the workflow did is in its history, what it has yet to do it does. Terminated again, it
    is told again, once.
    """
    booking_id, _, walker = await _assigned(world)
    await world.walk(booking_id, walker)

    async def captured() -> bool:
        return (await world.state(booking_id)).payment_status == "captured"

    await world.eventually(captured)
    passes, forgotten = (reconciliation(world.resources, running) for running in (world.running, _emptied(world)))
    for tasks in (["workflow_gone"], ["workflow_gone"] * 2):
        await world.client.get_workflow_handle(workflow_id(booking_id)).terminate("by hand")
        await _found(world, passes, booking_id)
        assert await _tasks(world, booking_id) == tasks
        assert [await passes.run(at=world.now()), await forgotten.run(at=world.now())] == [[], []]
        await _reset(world, booking_id)
    row = await world.closed(booking_id)
    assert [await passes.run(at=world.now()), len(await _tasks(world, booking_id))] == [[], 2]
    assert (row.outcome, row.payment_status, row.needs_attention) == ("completed", "captured", None)
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [SHARE]


async def _reset(world: World, booking_id: UUID) -> None:
    code, said = await temporal_cli(
        world, "workflow", "reset", "--type", "LastWorkflowTask", "--reason", "by hand", workflow=booking_id
    )
    assert code == 0, said


async def test_s29_at_any_step_the_money_goes_back_and_the_walker_is_free(world: World) -> None:
    """Before a walker is found, while the owner's bank asks her, and with the dog out."""
    waiting = await world.book(await world.town.owner(), starts_in=timedelta(hours=5))
    await world.status(waiting, "matching")
    asked = await world.book(await world.town.owner(card="pm_card_threeDSecure2Required"), starts_in=timedelta(hours=5))

    async def is_asked() -> bool:
        return (await world.row(asked)).payment_status == "action_required"

    await world.eventually(is_asked)
    walking, _, walker = await _assigned(world)
    await world.set_out(walking, walker)
    passes = reconciliation(world.resources, world.running)
    for booking_id, payment in ((waiting, "released"), (asked, "failed"), (walking, "released")):
        await world.handles[booking_id].terminate("by hand")
        await _found(world, passes, booking_id)
        row = await world.balanced(booking_id)
        assert (row.outcome, row.payment_status) == ("cancelled_by_support", payment)
        holds = await world.payments(booking_id)
        assert [(hold.status, hold.amount_captured) for hold in holds] == [("canceled", 0)]
        assert await _tasks(world, booking_id) == ["workflow_gone"]
    assert await _busy(world, walker) == []


async def test_s29_temporal_without_its_data_calls_nothing_off(world: World) -> None:
    booking_id, _, _ = await _assigned(world)
    passes = reconciliation(world.resources, _emptied(world))
    assert await passes.run(at=world.now()) == [booking_id]
    row = await world.row(booking_id)
    assert (row.status, row.payment_status) == ("assigned", "held")
    assert await _tasks(world, booking_id) == ["workflow_gone"]


async def _busy(world: World, walker: UUID) -> list[UUID | None]:
    statement = select(WalkerCalendar.booking_id).where(WalkerCalendar.walker_id == walker, WalkerCalendar.live)
    async with world.resources.database.transaction() as session:
        return list(await session.scalars(statement))


def _emptied(world: World) -> BookingWorkflows:
    """A Temporal that was set up anew: a namespace nobody ever wrote to."""
    config = world.client.config()
    return BookingWorkflows(
        client=Client(**{**config, "namespace": "temporal-system"}), task_queue_prefix="none-", command_timeout_s=1.0
    )
