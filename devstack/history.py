"""What a booking costs at Temporal, counted from its history as Temporal Cloud bills it (performance.md, B2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from temporalio.api.history.v1 import HistoryEvent

ONE_ACTION = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    }
)
# Made by the embedded clock and by worker deployments, not by the booking.
NOT_ITS_OWN = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
    }
)
LOCAL_ACTIVITY = "core_local_activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryCost:
    actions: int
    events: int
    size_bytes: int


def cost_of(events: Iterable[HistoryEvent]) -> HistoryCost:
    """Start, each activity attempt, timer, signal, update, search-attribute upsert; all local activities of one workflow
    task count once.
    """
    own = [event for event in events if event.event_type not in NOT_ITS_OWN]
    return HistoryCost(
        actions=sum(_actions(event) for event in own) + _local_activity_tasks(own),
        events=len(own),
        size_bytes=sum(event.ByteSize() for event in own),
    )


def _actions(event: HistoryEvent) -> int:
    if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
        return event.activity_task_started_event_attributes.attempt
    return int(event.event_type in ONE_ACTION)


def _local_activity_tasks(events: Iterable[HistoryEvent]) -> int:
    markers = (
        event.marker_recorded_event_attributes
        for event in events
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    )
    return len({one.workflow_task_completed_event_id for one in markers if one.marker_name == LOCAL_ACTIVITY})
