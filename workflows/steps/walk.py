"""The day of the walk: on the way, arrived, started, finished, and the net under all of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.ending import Ending
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import AdvanceRequest, Change, CommandOfWalker, Deed, FinishRequest, NoteRequest
    from dogwalk.contracts.support import Complete
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import (
        LEADS_TO,
        Outcome,
        Status,
        WalkCommand,
        check_not_too_early,
        check_takes,
        effective_time,
        is_repeat,
    )

    from workflows import calls
    from workflows.refusals import as_refusal, refusal

REACHED_AT = {
    WalkCommand.ON_THE_WAY: "on_the_way_at",
    WalkCommand.ARRIVE: "arrived_at",
    WalkCommand.START: "started_at",
}


MAY_COMPLETE = frozenset({Status.ARRIVED, Status.IN_PROGRESS})


class Walk:
    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending

    async def take_place(self) -> None:
        """Ends when the service has ended, or the walker has given it back. 90 min past its end with no word, a person must
        look.
        """
        if self._is_done:
            return
        net = self._record.request.ends_at + timedelta(seconds=self._record.policy.walking.net_after_end_s)
        try:
            await workflow.wait_condition(
                lambda: self._is_done, timeout=self._record.until(net), timeout_summary="Net: the walk is overdue"
            )
        except TimeoutError:
            await self._call_for_help()
            await workflow.wait_condition(lambda: self._is_done)

    @property
    def _is_done(self) -> bool:
        return self._record.over or self._record.state.walker_id is None

    async def advance(self, command: WalkCommand, by: CommandOfWalker) -> None:
        if is_repeat(command, self._record.state.status):
            return
        occurred_at = self._occurred(command, by)
        change = self._record.change("walker")
        request = AdvanceRequest(
            change=change,
            command=command,
            assignment_no=self._record.state.assignment_no,
            occurred_at=occurred_at,
        )
        await calls.advance(request)
        self._record.apply(change, status=LEADS_TO[command], **{REACHED_AT[command]: occurred_at})

    async def finish(self, by: CommandOfWalker) -> None:
        """Tracking stops, the verdict is judged, the service has ended; what it costs follows from both."""
        if is_repeat(WalkCommand.FINISH, self._record.state.status):
            return
        await self._finish(self._record.change("walker"), self._occurred(WalkCommand.FINISH, by))

    async def complete(self, command: Complete, deed: Deed) -> None:
        """Support says that the walk took place; the verdict is judged as of any other."""
        state = self._record.state
        started_at = state.started_at or command.started_at
        if state.status not in MAY_COMPLETE or started_at is None:
            expected = sorted(status.value for status in MAY_COMPLETE)
            raise refusal("wrong_state", "There is no walk to complete", status=state.status.value, expected=expected)
        if not started_at <= command.finished_at <= workflow.now():
            raise refusal("finished_at_invalid", "It ended between its start and now")
        self._record.state = state.model_copy(update={"started_at": started_at})
        await self._finish(self._record.change("support", deed=deed), command.finished_at)

    async def _finish(self, change: Change, finished_at: datetime) -> None:
        started_at = self._record.state.started_at or finished_at
        ended_early = self._record.state.end_early_requested_at is not None
        booked_s = int((self._record.request.ends_at - self._record.request.starts_at).total_seconds())
        summary = await calls.finish(
            FinishRequest(
                change=change,
                assignment_no=self._record.state.assignment_no,
                started_at=started_at,
                finished_at=max(finished_at, started_at),
                booked_s=booked_s,
                ended_early=ended_early,
                policy=self._record.policy.walking,
            )
        )
        self._ending.owes(
            settlement.after_walk(
                self._record.terms,
                verdict=summary.verdict,
                ended_early=ended_early,
                served_s=summary.served_s,
                booked_s=booked_s,
                policy=self._record.policy.cancellation,
            )
        )
        outcome, status = (
            (Outcome.ENDED_EARLY, Status.ENDED_EARLY) if ended_early else (Outcome.COMPLETED, Status.COMPLETED)
        )
        self._record.apply(
            change, status=status, outcome=outcome, finished_at=finished_at, ended_at=change.at, summary=summary
        )
        self._record.publish()

    async def end_early(self) -> None:
        """The owner asks; the walker brings the dog home and finishes."""
        if self._record.state.end_early_requested_at is not None:
            return
        if self._record.state.status is not Status.IN_PROGRESS:
            raise refusal(
                "wrong_state",
                "Only a walk under way can end early",
                status=self._record.state.status.value,
                expected=[Status.IN_PROGRESS.value],
            )
        change = self._record.change("owner")
        await calls.note(NoteRequest(change=change, kind="end_early_requested"))
        self._record.apply(change, end_early_requested_at=change.at)

    def refuse_unless_hers(self, by: CommandOfWalker) -> None:
        if self._record.state.walker_id != by.walker_id:
            raise refusal("not_found", "This walk is not yours")

    def _occurred(self, command: WalkCommand, by: CommandOfWalker) -> datetime:
        with as_refusal():
            check_takes(command, self._record.state.status)
            at = effective_time(by.at, now=workflow.now(), policy=self._record.policy.walking)
            check_not_too_early(
                command, starts_at=self._record.request.starts_at, at=at, policy=self._record.policy.walking
            )
        return at

    async def _call_for_help(self) -> None:
        async with self._record.lock:
            change = self._record.change()
            await calls.note(NoteRequest(change=change, kind="overdue", needs_attention="overdue"))
            self._record.apply(change, needs_attention="overdue")
            self._record.call_for_help("overdue")
