"""What a booking does on each rung it is told to have reached (dogwalk/domain/ladder.py says when each is due)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from workflows.steps.no_show import NoShow
    from workflows.steps.record import Record
    from workflows.steps.stand_by import StandBy
    from workflows.steps.walk import Walk

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import NoteRequest, RungReached
    from dogwalk.domain.ladder import LADDER, SILENCE, Rung, Standing, holds

    from workflows import calls
    from workflows.steps.silence import Silence

OF_SILENCE = frozenset({*SILENCE, Rung.HEARD_AGAIN})


class Ladder:
    """The sweep may tell a rung twice, or of something that is over: only what holds here and now is acted on."""

    def __init__(self, record: Record, *, stand_by: StandBy, no_show: NoShow, walk: Walk) -> None:
        self._record = record
        self._stand_by = stand_by
        self._seen: set[tuple[str, datetime]] = set()
        self._steps: Mapping[Rung, Callable[[], Awaitable[None]]] = {
            Rung.LATE: self._tell_owner,
            Rung.LATE_REMINDER: self._remind_walker,
            Rung.STAND_BY: self._ask_stand_bys,
            Rung.NO_SHOW: no_show.judge,
            Rung.OVERRUN: self._note_overrun,
            Rung.OVERRUN_TOLD: self._tell_of_overrun,
            Rung.OVERRUN_ENDED: walk.end_overrun,
        }
        self._silence = Silence(record)

    async def reach(self, reached: RungReached) -> None:
        """Under the record's lock. Nobody waits for an answer, and nothing raised here may end the booking."""
        if not self._counts(reached):
            return
        self._seen.add((reached.event_id, reached.due_at))
        try:
            await self._take(reached)
        except ActivityError:
            workflow.logger.warning("the step of a rung could not be taken: %s", reached.rung.value)

    async def _take(self, reached: RungReached) -> None:
        if reached.rung in OF_SILENCE:
            await self._silence.step(reached)
        else:
            await self._steps[reached.rung]()

    def _counts(self, reached: RungReached) -> bool:
        standing = self._standing(reached.rung)
        return (
            standing is not None
            and (reached.rung in self._steps or reached.rung in OF_SILENCE)
            and reached.assignment_no == self._record.state.assignment_no
            and (reached.event_id, reached.due_at) not in self._seen
            and holds(reached.rung, standing, now=workflow.now(), policy=self._record.policy)
        )

    def _standing(self, rung: Rung) -> Standing | None:
        """That the phone was heard again the sweep alone knows; the steps of silence look again themselves."""
        state, request = self._record.state, self._record.request
        if self._record.over or state.walker_id is None or state.assigned_at is None:
            return None
        return Standing(
            status=state.status,
            starts_at=request.starts_at,
            ends_at=request.ends_at,
            assigned_at=state.assigned_at,
            started_at=state.started_at,
            last_position_at=workflow.now() if rung is Rung.HEARD_AGAIN else None,
            silent_since=self._silence.since,
            is_meeting=self._record.is_free,
        )

    async def _tell_owner(self) -> None:
        await self._note("walker_late")

    async def _remind_walker(self) -> None:
        await self._note("late_reminder")

    async def _ask_stand_bys(self) -> None:
        """Until it would be a no-show."""
        standing = self._standing(Rung.STAND_BY)
        until = LADDER[Rung.NO_SHOW](standing, self._record.policy) if standing else None
        if until is not None:
            await self._stand_by.ask(until)

    async def _note_overrun(self) -> None:
        await self._note("overrun")

    async def _tell_of_overrun(self) -> None:
        await self._note("walk_overrun")

    async def _note(self, kind: str) -> None:
        change = self._record.change()
        await calls.note(NoteRequest(change=change, kind=kind))
        self._record.apply(change)
