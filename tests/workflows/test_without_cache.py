"""A worker that keeps no workflow: what it has fetched it works on, and everything else stays with the server."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType

from tests.support.world import CACHED, World, open_world

if TYPE_CHECKING:
    from uuid import UUID

    import pytest

    from tests.support.database import Template

AT_ONCE = 6


async def test_workflow_tasks_are_taken_one_after_the_other(
    stack_environment: dict[str, str], template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHED, "0")
    async with open_world(stack_environment, template) as world:
        await world.town.walker()
        owner = await world.town.owner()
        booked = await asyncio.gather(*(world.book(owner) for _ in range(AT_ONCE)))
        await asyncio.gather(*(world.status(booking_id, "matching") for booking_id in booked))
        tasks = [task for booking_id in booked for task in await _tasks(world, booking_id)]
    assert len(tasks) >= 2 * AT_ONCE
    assert [pair for pair in pairwise(sorted(tasks)) if pair[1][0] < pair[0][1]] == []


async def _tasks(world: World, booking_id: UUID) -> list[tuple[int, int]]:
    """When each was fetched and when it was answered, in ns."""
    began: dict[int, int] = {}
    found: list[tuple[int, int]] = []
    for event in (await world.handles[booking_id].fetch_history()).events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            began[event.event_id] = event.event_time.ToNanoseconds()
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            began_by = event.workflow_task_completed_event_attributes.started_event_id
            found.append((began[began_by], event.event_time.ToNanoseconds()))
    return found
