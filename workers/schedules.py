"""What runs by the clock at Temporal: made, or brought to what this build says, once a release."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from dogwalk.contracts import fleet, queues

if TYPE_CHECKING:
    from collections.abc import Callable

    from temporalio.client import Client

    from dogwalk.config import Settings

SWEEP_EVERY = timedelta(seconds=60)


def schedules(prefix: str) -> dict[str, Schedule]:
    """By id. The prefix lets two installations share a server."""
    return {f"{prefix}{fleet.SCHEDULE}": _fleet_sweep(prefix)}


async def put_schedules(client: Client, settings: Settings) -> list[str]:
    """May be repeated; what somebody paused stays paused."""
    wanted = schedules(settings.task_queue_prefix)
    for name, schedule in wanted.items():
        try:
            await client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(name).update(_brought_to(schedule))
    return list(wanted)


def _fleet_sweep(prefix: str) -> Schedule:
    """A sweep that is late is no use to the one after it: none overlaps, none is caught up after a minute."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            fleet.WORKFLOW,
            id=f"{prefix}{fleet.SCHEDULE}",
            task_queue=queues.task_queue(prefix, queues.BOOKING),
            execution_timeout=SWEEP_EVERY,
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=SWEEP_EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=SWEEP_EVERY),
    )


def _brought_to(wanted: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    def update(found: ScheduleUpdateInput) -> ScheduleUpdate:
        wanted.state = found.description.schedule.state
        return ScheduleUpdate(schedule=wanted)

    return update
