"""Every booking and plan that runs in production was started by an older build: what it recorded must replay on this one.

Made with `RECORD_HISTORIES=folder pytest tests/workflows`; a file here is never made again, only joined by newer ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.workflow import NondeterminismError

from dogwalk.contracts.booking import WORKFLOW, BookingRequest, BookingState
from dogwalk.domain.booking import Outcome
from tests.replay.by_the_wall_clock import ByTheWallClock
from tests.support.histories import AS_WORKERS_DO, SANDBOX, KeptHistory, replay
from workflows.booking import Booking

if TYPE_CHECKING:
    from temporalio.api.history.v1 import HistoryEvent
    from temporalio.worker import WorkflowRunner

GOLDEN = sorted((Path(__file__).parent / "histories").glob("*.json"))
# A local activity leaves a marker; no patch is on record there yet, which would leave one without a summary.
TOLD_OF = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_MARKER_RECORDED,
    EventType.EVENT_TYPE_TIMER_STARTED,
}


@pytest.mark.parametrize("runner", [AS_WORKERS_DO, SANDBOX], ids=["as-workers-do", "in-the-sandbox"])
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_golden_history_replays(path: Path, runner: WorkflowRunner) -> None:
    assert await replay(KeptHistory.load(path), runner=runner) is None


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_activity_and_every_timer_says_in_the_ui_what_it_is_for(path: Path) -> None:
    events = KeptHistory.load(path).history.events
    silent = [one for one in events if one.event_type in TOLD_OF and not one.user_metadata.HasField("summary")]
    assert silent == []


def test_every_way_a_booking_may_end_has_a_golden_history() -> None:
    ends = {end for path in GOLDEN for event in KeptHistory.load(path).history.events for end in _outcomes(event)}
    assert ends == {outcome.value for outcome in Outcome}


def _outcomes(event: HistoryEvent) -> list[str]:
    """Search attributes stand in clear."""
    fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    return [json.loads(fields["BookingOutcome"].data)] if "BookingOutcome" in fields else []


@workflow.defn(name=WORKFLOW)
class WalkerBeforeHold(Booking):
    """The same steps, two of them the other way round."""

    @workflow.init
    def __init__(self, request: BookingRequest) -> None:
        super().__init__(request)

    @workflow.run
    async def run(self, request: BookingRequest) -> BookingState:
        return await super().run(request)

    async def _story(self) -> None:
        await self._matching.find_walker()
        await self._hold.place()
        await self._walk.take_place()
        await self._ending.settle()


async def test_a_reordered_workflow_is_caught() -> None:
    [walk] = [path for path in GOLDEN if path.stem == "completed"]
    failure = await replay(KeptHistory.load(walk), WalkerBeforeHold, runner=AS_WORKERS_DO)
    assert isinstance(failure, NondeterminismError)


async def test_a_look_at_the_wall_clock_is_caught() -> None:
    [walk] = [path for path in GOLDEN if path.stem == "completed"]
    failure = await replay(KeptHistory.load(walk), ByTheWallClock)
    assert "RestrictedWorkflowAccessError" in str(failure)
