"""The schedule that sweeps the fleet, at a real Temporal server."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from temporalio.client import ScheduleActionExecutionStartWorkflow, ScheduleOverlapPolicy

from dogwalk.contracts.fleet import SCHEDULE, SweepResult
from dogwalk.db.models.person import WorkflowKey
from workers.schedules import put_schedules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from temporalio.client import ScheduleHandle

    from tests.support.world import World


@asynccontextmanager
async def _schedule(world: World) -> AsyncIterator[ScheduleHandle]:
    await put_schedules(world.client, world.settings)
    handle = world.client.get_schedule_handle(f"{world.settings.task_queue_prefix}{SCHEDULE}")
    try:
        yield handle
    finally:
        await handle.delete()


async def test_it_runs_every_minute_never_twice_at_once_and_catches_nothing_up(world: World) -> None:
    async with _schedule(world) as handle:
        found = (await handle.describe()).schedule
    assert [interval.every for interval in found.spec.intervals] == [timedelta(minutes=1)]
    assert (found.policy.overlap, found.policy.catchup_window) == (ScheduleOverlapPolicy.SKIP, timedelta(minutes=1))


async def test_a_release_changes_it_and_leaves_a_paused_one_paused(world: World) -> None:
    async with _schedule(world) as handle:
        await handle.pause(note="storm")
        await put_schedules(world.client, world.settings)
        state = (await handle.describe()).schedule.state
    assert (state.paused, state.note) == (True, "storm")


async def test_it_sweeps_every_market_and_needs_one_data_key_for_all_its_runs(world: World) -> None:
    async with _schedule(world) as handle:
        await handle.trigger()
        run = await world.eventually(lambda: _first_run(handle))
        result = await world.client.get_workflow_handle(run.workflow_id, result_type=SweepResult).result()
    assert result == SweepResult(found=0, told=0)
    async with world.resources.database.transaction() as session:
        owners = (await session.scalars(select(WorkflowKey.workflow_id))).all()
    assert list(owners) == [f"{world.settings.task_queue_prefix}{SCHEDULE}"]


async def _first_run(handle: ScheduleHandle) -> ScheduleActionExecutionStartWorkflow | None:
    recent = (await handle.describe()).info.recent_actions
    action = recent[0].action if recent else None
    return action if isinstance(action, ScheduleActionExecutionStartWorkflow) else None
