"""A plan ends while its owner changes it: what she was told is done, or refused; nothing is lost in between."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from sqlalchemy import text
from temporalio.api.enums.v1 import EventType

from dogwalk.contracts.plan import ChangePlan, EndPlan, TakeBreak
from dogwalk.db.repositories import plan as plans
from dogwalk.domain.plan import BreakKind
from tests.support.plans import days_from_today, make_plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.plans import Series
    from tests.support.world import World

EVERY_DAY = range(7)
ACCEPTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
COMPLETED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED
CANCEL_ASKED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
HEARD = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


async def test_a_change_in_the_moment_a_plan_ends_is_done(world: World) -> None:
    """Its days are being read, and were over, when the owner puts its end off."""
    starts_on = days_from_today(world, 15)
    plan = await make_plan(world, await world.town.owner(), weekdays=EVERY_DAY, starts_on=starts_on)
    await plan.command("take_break", TakeBreak(kind=BreakKind.PAUSE, first_on=starts_on))
    await plan.advance_to(days_from_today(world, 16))
    async with _locked(world, "LOCK TABLE plan_occurrence IN ACCESS EXCLUSIVE MODE"):
        await plan.command("change", ChangePlan(effective_from=plan.today, moves_end=True, ends_on=starts_on))
        await world.eventually(lambda: _waits_for(world, "plan_occurrence"))
        await plan.command("change", ChangePlan(effective_from=plan.today, moves_end=True))
    await world.eventually(plan.waits)
    state = await plan.state()
    assert (state.status, state.over) == ("paused", False)
    await plan.command("end", EndPlan())
    assert (await world.plans[plan.plan_id].result()).over


async def test_a_change_under_way_when_a_run_ends_survives_a_raw_cancel(world: World) -> None:
    """The run only waited for it, to continue as new."""
    day = days_from_today(world, 20)
    plan = await make_plan(world, await world.town.owner(), weekdays=EVERY_DAY, starts_on=day, passes_per_run=1)
    await world.eventually(plan.waits)
    async with _locked(world, "LOCK TABLE plan_terms IN SHARE MODE"):
        async with world.resources.database.transaction() as session:
            await plans.get(session, plan.plan_id, lock=True)
            first = asyncio.create_task(plan.command("change", ChangePlan(effective_from=day)))
            await world.eventually(lambda: _has_events(plan, [ACCEPTED]))
            second = asyncio.create_task(plan.command("change", ChangePlan(effective_from=day, service="walk_60")))
            await world.eventually(lambda: _has_events(plan, [ACCEPTED, ACCEPTED]))
        await first
        await world.eventually(lambda: _waits_for(world, "plan_terms"))
        await world.plans[plan.plan_id].cancel()
        await world.eventually(lambda: _has_events(plan, [ACCEPTED, ACCEPTED, COMPLETED, CANCEL_ASKED, HEARD]))
    assert (await second).version == 2
    assert (await world.plans[plan.plan_id].result()).status == "ended"
    async with world.resources.database.transaction() as session:
        row = await plans.get(session, plan.plan_id)
        assert row is not None
        assert row.status == "ended"


@contextlib.asynccontextmanager
async def _locked(world: World, statement: str) -> AsyncIterator[None]:
    async with world.resources.database.transaction() as session:
        await session.execute(text(statement))
        yield


async def _waits_for(world: World, table: str) -> bool:
    """Somebody does, with what he has read of the plan before."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(:table AS regclass)")
    async with world.resources.database.transaction() as session:
        return bool(await session.scalar(waiting, {"table": table}))


async def _has_events(plan: Series, wanted: list[EventType.ValueType]) -> bool:
    """One after another, whatever lies between."""
    history = await plan.world.plans[plan.plan_id].fetch_history()
    left = iter(event.event_type for event in history.events)
    return all(one in left for one in wanted)
