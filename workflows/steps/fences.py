"""What a booking does when the dog has left or entered an area of the owner's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError

if TYPE_CHECKING:
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import FenceCrossed, NoteRequest
    from dogwalk.domain.booking import Status
    from dogwalk.domain.fence import FenceKind

    from workflows import calls

NOTED_AS = {
    (FenceKind.SAFE_AREA, False): "left_safe_area",
    (FenceKind.SAFE_AREA, True): "entered_safe_area",
    (FenceKind.NO_GO, True): "entered_no_go",
}


class Fences:
    """An edge may be told twice, or late: what was heard, or is of another's walk, is passed over."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._heard: set[str] = set()

    async def hear(self, crossed: FenceCrossed) -> None:
        """Under the record's lock. Nobody waits for an answer, and nothing raised here may end the booking."""
        if not self._counts(crossed):
            return
        self._heard.add(crossed.event_id)
        change = self._record.change()
        note = NoteRequest(
            change=change,
            kind=NOTED_AS[crossed.kind, crossed.is_entering],
            data={"fence_id": str(crossed.fence_id), "crossed_at": crossed.at.isoformat()},
        )
        try:
            await calls.note(note)
        except ActivityError:
            workflow.logger.warning("the crossing of a fence could not be noted")
            return
        self._record.apply(change)

    def _counts(self, crossed: FenceCrossed) -> bool:
        state = self._record.state
        return (
            state.status is Status.IN_PROGRESS
            and not self._record.over
            and crossed.assignment_no == state.assignment_no
            and crossed.event_id not in self._heard
            and (crossed.kind, crossed.is_entering) in NOTED_AS
        )
