"""The day of the walk: on the way, arrived, started, finished, and the net under all of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.ending import Ending
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import (
        AdvanceRequest,
        Change,
        CommandOfWalker,
        Deed,
        FinishRequest,
        NoteRequest,
        WalkSummary,
    )
    from dogwalk.contracts.support import Complete
    from dogwalk.domain import settlement
    from dogwalk.domain.booking import (
        LEADS_TO,
        NO_SHOW_UNCLEAR,
        REACHED_AT,
        Outcome,
        Status,
        WalkCommand,
        check_not_too_early,
        check_takes,
        effective_time,
        implied_by,
        is_repeat,
        last_step_at,
    )

    from workflows import calls
    from workflows.refusals import as_refusal, refusal

PROVABLE = frozenset({Status.ARRIVED, Status.IN_PROGRESS})
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
        if not await self._is_done_by(self._net):
            await self._call_for_help()
            await workflow.wait_condition(lambda: self._is_done)

    async def _is_done_by(self, net: datetime) -> bool:
        """A walk that is moved has another net."""
        done_or_moved = lambda: self._is_done or self._net != net  # noqa: E731 read where it waits
        try:
            await workflow.wait_condition(
                done_or_moved, timeout=self._record.until(net), timeout_summary="Net: the walk is overdue"
            )
        except TimeoutError:
            return False
        return self._is_done or await self._is_done_by(self._net)

    @property
    def _net(self) -> datetime:
        return self._record.request.ends_at + timedelta(seconds=self._record.policy.walking.net_after_end_s)

    @property
    def _is_done(self) -> bool:
        return self._record.over or self._record.state.walker_id is None

    async def advance(self, command: WalkCommand, by: CommandOfWalker) -> None:
        """One of her steps, with those it implies."""
        state = self._record.state
        if command is WalkCommand.ARRIVE and self._is_late_proof(by):
            await self._prove_arrival(by)
        elif not is_repeat(command, state.status):
            change, occurred_at = await self._write(command, self._occurred(command, by))
            implied = {name: occurred_at for name in implied_by(command) if getattr(state, name) is None}
            times = {**implied, REACHED_AT[command]: occurred_at}
            late = self._record.late_by(times.get("arrived_at", state.arrived_at))
            self._record.apply(change, status=LEADS_TO[command], late_minutes=late, **times)
            self._is_no_longer_missed()

    def _is_no_longer_missed(self) -> None:
        """With her arrival; in Postgres it went with that."""
        state = self._record.state
        if state.needs_attention == NO_SHOW_UNCLEAR and state.arrived_at is not None:
            self._record.state = state.model_copy(update={"needs_attention": None})
            self._record.needs_no_more_help(NO_SHOW_UNCLEAR)

    async def finish(self, by: CommandOfWalker) -> None:
        """Tracking stops, the verdict is judged, the service has ended; what it costs follows from both."""
        if is_repeat(WalkCommand.FINISH, self._record.state.status):
            return
        finished_at = self._occurred(WalkCommand.FINISH, by)
        await self._finish(self._record.change("walker"), finished_at)

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

    async def end_overrun(self) -> None:
        """Nobody finished it: the walk was over when it was last heard of."""
        await self._finish(self._record.change(), workflow.now(), is_dated_back=True)

    async def _finish(self, change: Change, finished_at: datetime, *, is_dated_back: bool = False) -> None:
        request = self._finish_request(change, finished_at).model_copy(update={"is_dated_back": is_dated_back})
        summary = await self._ending.verdict.judge(request)
        outcome, status = (
            (Outcome.ENDED_EARLY, Status.ENDED_EARLY)
            if self._is_ending_early
            else (Outcome.COMPLETED, Status.COMPLETED)
        )
        arrived_at = summary.arrived_at or self._record.state.arrived_at
        self._record.apply(
            change,
            status=status,
            outcome=outcome,
            arrived_at=arrived_at,
            late_minutes=self._record.late_by(arrived_at),
            started_at=summary.started_at or self._record.state.started_at,
            finished_at=summary.finished_at or finished_at,
            ended_at=change.at,
            needs_attention=None,
            summary=summary,
        )
        self._ending.owes(self._costs(summary))
        self._record.publish()

    async def end_early(self) -> None:
        """The owner asks; the walker brings the dog home and finishes."""
        if self._record.state.status is not Status.IN_PROGRESS:
            raise refusal(
                "wrong_state",
                "Only a walk under way can end early",
                status=self._record.state.status.value,
                expected=[Status.IN_PROGRESS.value],
            )
        if self._record.state.end_early_requested_at is not None:
            return
        change = self._record.change("owner")
        await calls.note(NoteRequest(change=change, kind="end_early_requested"))
        self._record.apply(change, end_early_requested_at=change.at)

    def refuse_unless_hers(self, by: CommandOfWalker) -> None:
        if self._record.state.walker_id != by.walker_id:
            raise refusal("not_found", "This walk is not yours")

    def _occurred(self, command: WalkCommand, by: CommandOfWalker) -> datetime:
        request, policy, state = self._record.request, self._record.policy.walking, self._record.state
        with as_refusal():
            check_takes(command, state.status)
            at = effective_time(by.at, now=workflow.now(), policy=policy, not_before=last_step_at(state))
            check_not_too_early(command, starts_at=request.starts_at, at=at, policy=policy)
        return at

    async def _write(
        self, command: WalkCommand, occurred_at: datetime, *, is_proof: bool = False
    ) -> tuple[Change, datetime]:
        """With when it occurred after all: positions may say otherwise."""
        change = self._record.change("walker")
        result = await calls.advance(
            AdvanceRequest(
                change=change,
                command=command,
                assignment_no=self._record.state.assignment_no,
                occurred_at=occurred_at,
                is_proof=is_proof,
            )
        )
        return change, result.occurred_at if result else occurred_at

    def _is_late_proof(self, by: CommandOfWalker) -> bool:
        """Her phone was offline at the door: an arrival that was tapped before the one we know, and makes her less late."""
        state = self._record.state
        if by.at is None or state.arrived_at is None or not state.late_minutes:
            return False
        return state.status in PROVABLE and self._proven_at(by) < state.arrived_at

    def _proven_at(self, by: CommandOfWalker) -> datetime:
        """What came with the arrival we know says nothing against an earlier one."""
        state, policy = self._record.state, self._record.policy.walking
        known = [at for at in (state.assigned_at, state.on_the_way_at) if at is not None and at != state.arrived_at]
        return effective_time(by.at, now=workflow.now(), policy=policy, not_before=max(known, default=None))

    async def _prove_arrival(self, by: CommandOfWalker) -> None:
        """Takes the credit back; positions that contradict it leave all as it was."""
        state = self._record.state
        change, proven_at = await self._write(WalkCommand.ARRIVE, self._proven_at(by), is_proof=True)
        arrived_at = min(proven_at, state.arrived_at or proven_at)
        self._record.apply(change, arrived_at=arrived_at, late_minutes=self._record.late_by(arrived_at))

    @property
    def _is_ending_early(self) -> bool:
        return self._record.state.end_early_requested_at is not None

    @property
    def _booked_s(self) -> int:
        return int((self._record.request.ends_at - self._record.request.starts_at).total_seconds())

    def _finish_request(self, change: Change, finished_at: datetime) -> FinishRequest:
        state = self._record.state
        return FinishRequest(
            change=change,
            assignment_no=state.assignment_no,
            arrived_at=state.arrived_at,
            started_at=state.started_at,
            finished_at=finished_at,
            booked_s=self._booked_s,
            ended_early=self._is_ending_early,
        )

    def _costs(self, summary: WalkSummary) -> settlement.Settlement:
        credit = self._record.late_credit(workflow.now())
        return settlement.with_late_credit(self._ending.verdict.charge(summary), credit)

    async def _call_for_help(self) -> None:
        """Unless she finished in that moment."""
        async with self._record.lock:
            if self._is_done:
                return
            change = self._record.change()
            await calls.note(NoteRequest(change=change, kind="overdue", needs_attention="overdue"))
            self._record.apply(change, needs_attention="overdue")
            self._record.call_for_help("overdue")
