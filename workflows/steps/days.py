"""The days of a weekly plan made so, as its rows ask: what is missing is booked, what is not wanted any more called off,
each week that is over stated. One that cannot be booked holds nothing else up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

if TYPE_CHECKING:
    from uuid import UUID

    from workflows.steps.plan_record import PlanRecord

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.plan import GiveUpOccurrence, LookAhead, Occurrence, OccurrenceStep, Outlook, StatementStep

    from workflows import plan_calls


class Days:
    """`passes` counts how often they were looked at in this run."""

    def __init__(self, record: PlanRecord) -> None:
        self._record = record
        self._look_again_at: datetime | None = None
        self.passes = 0

    async def make_so(self) -> None:
        """Looks again at once after anything was called off: the day may be wanted in another way."""
        self._record.news = False
        while True:
            self.passes += 1
            outlook = await plan_calls.look_ahead(LookAhead(plan_id=self._plan_id, at=workflow.now()))
            self._look_again_at = outlook.look_again_at
            await self._work_off(outlook)
            if not outlook.drop:
                break
        if outlook.over:
            self._record.close()

    async def wait(self) -> None:
        """Until there is something to do, or the plan is changed."""
        timeout = self._until(self._look_again_at) if self._look_again_at else None
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._record.news, timeout=timeout, timeout_summary="The next day to be made"
            )

    async def _work_off(self, outlook: Outlook) -> None:
        for occurrence in outlook.drop:
            await plan_calls.drop(self._step(occurrence))
        for occurrence in outlook.make:
            await self._book(occurrence)
        for week_of in outlook.statements:
            await plan_calls.state_week(StatementStep(plan_id=self._plan_id, week_of=week_of, at=workflow.now()))
        if outlook.statements:
            self._look_again_by(workflow.now())

    async def _book(self, occurrence: Occurrence) -> None:
        try:
            await plan_calls.book(self._step(occurrence))
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            await self._not_booked(occurrence, error)

    async def _not_booked(self, occurrence: Occurrence, error: ActivityError) -> None:
        """Refused for good: people are told. Else somebody we need is away: tried again, until it comes too near."""
        cause = error.cause
        if isinstance(cause, ApplicationError) and cause.non_retryable and cause.type:
            await plan_calls.give_up(GiveUpOccurrence(occurrence=occurrence, at=workflow.now(), code=cause.type))
        else:
            self._look_again_by(workflow.now() + timedelta(seconds=self._record.request.retry_after_s))

    def _look_again_by(self, moment: datetime) -> None:
        self._look_again_at = min(moment, self._look_again_at or moment)

    def _step(self, occurrence: Occurrence) -> OccurrenceStep:
        return OccurrenceStep(occurrence=occurrence, at=workflow.now())

    def _until(self, moment: datetime) -> timedelta:
        return max(moment - workflow.now(), timedelta(0))

    @property
    def _plan_id(self) -> UUID:
        return self._record.request.plan_id
