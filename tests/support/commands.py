"""The commands a workflow gave, in their order: what a replay compares, and what a patch must stand before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from temporalio.api.history.v1 import HistoryEvent

LOCAL_ACTIVITY = "core_local_activity"
NAMED = {
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_TIMER_CANCELED: "timer cancelled",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continued as new",
}


def commands_of(events: Iterable[HistoryEvent]) -> list[str]:
    return list(_commands(events))


def _commands(events: Iterable[HistoryEvent]) -> Iterator[str]:
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            yield f"activity {event.activity_task_scheduled_event_attributes.activity_type.name}"
        elif event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            yield _marker(event)
        elif event.event_type in NAMED:
            yield NAMED[event.event_type]


def _marker(event: HistoryEvent) -> str:
    """A patch is named by its marker; a local activity's own name stands in clear beside its sealed result."""
    marker = event.marker_recorded_event_attributes
    if marker.marker_name != LOCAL_ACTIVITY:
        return f"marker {marker.marker_name}"
    about = json.loads(marker.details["data"].payloads[0].data)
    return f"local activity {about['activity_type']}"
