"""The walker does not come: without a sign of her it ends, with one a person decides; word of her may still arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.ending import Ending
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import CommandOfWalker, NoteRequest, SignsRequest
    from dogwalk.domain.booking import NO_SHOW_UNCLEAR, Outcome, Status, effective_time

    from workflows import calls
    from workflows.refusals import refusal


class NoShow:
    def __init__(self, record: Record, ending: Ending) -> None:
        self._record = record
        self._ending = ending
        self._is_proven = False

    async def judge(self) -> None:
        """With the lock held, so that no arrival slips in between the look and the end."""
        if (await calls.find_signs(self._signs())).found:
            await self._ask_support()
        else:
            await self._ending.end_locked(Outcome.NO_SHOW, Status.NO_SHOW, actor="system")

    @property
    def is_final(self) -> bool:
        return self._record.state.status is Status.NO_SHOW

    async def hear(self, by: CommandOfWalker) -> None:
        """What was tapped before the end is a late proof, and support decides what it is worth."""
        if self._is_proven:
            return
        if not self._is_proof(by):
            raise refusal("wrong_state", "This walk ended as a no-show", status=Status.NO_SHOW.value, expected=[])
        self._is_proven = True
        change = self._record.change("walker")
        await calls.note(NoteRequest(change=change, kind="late_proof", task="late_proof"))
        self._record.apply(change)

    def _is_proof(self, by: CommandOfWalker) -> bool:
        ended_at = self._record.state.ended_at
        tapped_at = effective_time(by.at, now=workflow.now(), policy=self._record.policy.walking)
        return ended_at is not None and tapped_at < ended_at

    def _signs(self) -> SignsRequest:
        state, request = self._record.state, self._record.request
        before = timedelta(seconds=self._record.policy.lateness.signs_from_before_start_s)
        return SignsRequest(
            booking_id=request.booking_id,
            assignment_no=state.assignment_no,
            walker_id=state.walker_id or request.owner_id,
            since=request.starts_at - before,
            until=workflow.now(),
        )

    async def _ask_support(self) -> None:
        change = self._record.change()
        why = NO_SHOW_UNCLEAR
        await calls.note(NoteRequest(change=change, kind=why, needs_attention=why, task=why))
        self._record.apply(change, needs_attention=why)
        self._record.call_for_help(why)
