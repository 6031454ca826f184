"""Another time for the walk, which the other side must agree to; what follows from the times follows the new ones."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from temporalio import workflow

if TYPE_CHECKING:
    from workflows.steps.hold import Hold
    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.booking import (
        AnswerReschedule,
        AskReschedule,
        DeclineRescheduleRequest,
        LapseRescheduleRequest,
        OpenRescheduleRequest,
        RescheduleRequest,
    )
    from dogwalk.domain.booking import Status
    from dogwalk.domain.rescheduling import lapses_at, start_that_counts

    from workflows import calls
    from workflows.refusals import refusal


class Reschedule:
    """One proposal is open at a time. Its deadline is compared when it is answered; when nobody does, both are told."""

    def __init__(self, record: Record, hold: Hold) -> None:
        self._record = record
        self._hold = hold
        self._asked: AskReschedule | None = None
        self._asked_for = 0
        self._expires_at: datetime | None = None
        self._accepted: set[UUID] = set()
        self._lapsing: asyncio.Task[None] | None = None

    async def ask(self, command: AskReschedule) -> None:
        self._refuse_stranger(command.by, command.person_id)
        self._refuse_unless_waiting()
        expires_at = lapses_at(
            asked_at=workflow.now(),
            old=self._record.request.starts_at,
            new=command.starts_at,
            policy=self._record.policy.rescheduling,
        )
        if expires_at <= workflow.now():
            raise refusal("too_late", "Nobody would have the time to agree")
        change = self._record.change(command.by)
        await calls.open_reschedule(
            OpenRescheduleRequest(change=change, reschedule_id=command.reschedule_id, expires_at=expires_at)
        )
        self._asked, self._asked_for, self._expires_at = command, self._record.state.assignment_no, expires_at
        self._record.apply(change)
        self._lapsing = asyncio.create_task(self._lapse(command, expires_at))

    async def accept(self, command: AnswerReschedule) -> None:
        """A dearer walk is held for first; then all moves in one transaction, or nothing."""
        if command.reschedule_id in self._accepted:
            return
        asked = self._answerable(command)
        await self._hold_for(asked)
        request, change = self._record.request, self._record.change(command.by)
        original = start_that_counts(
            original=self._record.state.original_starts_at,
            old=request.starts_at,
            moved_at=change.at,
            policy=self._record.policy.cancellation,
        )
        result = await calls.reschedule(
            RescheduleRequest(change=change, reschedule_id=asked.reschedule_id, original_starts_at=original)
        )
        if result.refusal is not None:
            raise refusal(result.refusal, "The walker has another walk then")
        moved = {"starts_at": asked.starts_at, "ends_at": asked.ends_at, "price": asked.price, "asap": False}
        self._record.request = request.model_copy(update=moved)
        self._record.apply(change, original_starts_at=original)
        self._record.publish_start()
        self._accepted.add(asked.reschedule_id)
        self._asked = None

    async def decline(self, command: AnswerReschedule) -> None:
        asked = self._answerable(command)
        change = self._record.change(command.by)
        await calls.decline_reschedule(DeclineRescheduleRequest(change=change, reschedule_id=asked.reschedule_id))
        self._asked = None
        self._record.apply(change)

    async def _lapse(self, asked: AskReschedule, expires_at: datetime) -> None:
        """When its time is over, or the walk is its walker's no more; not when it was answered, or asked for anew."""

        def is_settled() -> bool:
            return self._record.over or self._asked is not asked

        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: is_settled() or not self._is_hers,
                timeout=self._record.until(expires_at),
                timeout_summary="Nobody agreed to another time",
            )
        async with self._record.progress():
            if is_settled():
                return
            change = self._record.change()
            await calls.lapse_reschedule(LapseRescheduleRequest(change=change, reschedule_id=asked.reschedule_id))
            self._asked = None
            self._record.apply(change)

    @property
    def _is_hers(self) -> bool:
        """Of the walker it was asked of or by."""
        state = self._record.state
        return state.walker_id is not None and state.assignment_no == self._asked_for

    def _answerable(self, command: AnswerReschedule) -> AskReschedule:
        """Open, of this walker, in time, and asked for by the other side."""
        self._refuse_stranger(command.by, command.person_id)
        self._refuse_unless_waiting()
        asked, expires_at = self._asked, self._expires_at
        is_open = asked is not None and asked.reschedule_id == command.reschedule_id
        if asked is None or expires_at is None or not (is_open and self._is_hers) or workflow.now() >= expires_at:
            raise refusal("reschedule_lapsed", "Nobody waits for an answer to that any more")
        if asked.by == command.by:
            raise refusal("own_reschedule", "The other side must agree")
        return asked

    async def _hold_for(self, asked: AskReschedule) -> None:
        """What is held is enough for a walk that is no dearer; what is not held yet will be."""
        if not self._hold.placed or asked.price.total <= self._record.request.price.total:
            return
        if not await self._hold.raise_to(asked.price.total):
            raise refusal("payment_failed", "The owner's card does not cover the new price; nothing has moved")

    def _refuse_unless_waiting(self) -> None:
        status = self._record.state.status
        if status is not Status.ASSIGNED:
            expected = [Status.ASSIGNED.value]
            raise refusal("wrong_state", "The walk cannot be moved now", status=status.value, expected=expected)

    def _refuse_stranger(self, by: str, person_id: UUID) -> None:
        if by == "walker" and person_id != self._record.state.walker_id:
            raise refusal("not_found", "This walk is not yours")
