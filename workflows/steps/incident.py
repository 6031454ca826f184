"""Something went wrong: from then on no pay leaves, nobody hears that all is well, and nothing about who walks or whether
the walk is over is decided by itself, until support releases it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import Deed, NoteRequest, ReportIncident
    from dogwalk.domain.booking import WAITING, Status
    from dogwalk.domain.incident import capture_at

    from workflows import calls
    from workflows.refusals import refusal
    from workflows.steps.hold import Hold
    from workflows.steps.record import INCIDENT


class Incident:
    """`report` and `release` are called with the lock held."""

    def __init__(self, record: Record, hold: Hold) -> None:
        self._record = record
        self._hold = hold

    async def report(self, command: ReportIncident) -> None:
        """A second report tells everybody again: it may be another thing."""
        status = self._record.state.status
        if status in WAITING or status is Status.CLOSED:
            raise refusal("wrong_state", f"The booking is {status.value}", status=status.value)
        if command.by == "walker" and self._record.state.walker_id != command.person_id:
            raise refusal("not_found", "This walk is not yours")
        change, data = self._record.change(command.by), {"incident_kind": command.kind.value}
        await calls.put_down(NoteRequest(change=change, kind="incident_reported", incident=True, data=data))
        self._record.apply(change, incident_at=self._record.state.incident_at or change.at)
        self._record.call_for_help(INCIDENT)

    async def release(self, deed: Deed) -> None:
        if self._record.has_incident:
            change = self._record.change("support", deed=deed)
            await calls.put_down(NoteRequest(change=change, kind="incident_released", incident=False))
            self._record.apply(change, incident_at=None)
            self._record.needs_no_more_help(INCIDENT)

    async def lets_capture(self) -> None:
        """At once when there is none."""
        ended_at = self._record.state.ended_at
        if not self._record.has_incident or ended_at is None:
            return
        until = capture_at(ended_at=ended_at, capture_before=self._hold.lapses_at, policy=self._record.policy.incidents)
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: not self._record.has_incident,
                timeout=self._record.until(until),
                timeout_summary="An incident: captured all the same",
            )
