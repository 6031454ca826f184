"""What a booking does about a phone that is not heard of while the dog is out, and when it is heard again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import RungReached, SilenceRequest
    from dogwalk.domain.ladder import SILENCE, Rung

    from workflows import calls


class Silence:
    """`since`: the silence that was told of and is not over."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.since: datetime | None = None
        self._owner_knows = False

    async def step(self, reached: RungReached) -> None:
        change = self._record.change()
        result = await calls.tell_of_silence(
            SilenceRequest(
                change=change,
                assignment_no=self._record.state.assignment_no,
                rung=reached.rung,
                due_at=reached.due_at,
                started_at=self._record.state.started_at,
                silent_for_s=self._silent_for_s(reached.rung),
                owner_knows=self._owner_knows,
            )
        )
        if result.told:
            self._record.apply(change)
            self._remember(reached)

    def _silent_for_s(self, rung: Rung) -> int:
        return SILENCE[rung](self._record.policy.silence) if rung in SILENCE else 0

    def _remember(self, reached: RungReached) -> None:
        if reached.rung is Rung.HEARD_AGAIN:
            self.since, self._owner_knows = None, False
        elif reached.rung is Rung.SILENT:
            self.since = reached.due_at
        elif reached.rung is Rung.SILENT_CALL:
            self._owner_knows = True
