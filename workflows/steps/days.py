"""The days of a weekly plan made so, as its rows ask: what is missing is booked, what is not wanted any more called off,
each week that is over stated. One that cannot be booked holds nothing else up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from uuid import UUID

    from workflows.steps.plan_record import PlanRecord

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.plan import GiveUpOccurrence, LookAhead, Occurrence, OccurrenceStep, Outlook, StatementStep

    from workflows import plan_calls


class Days:
    """`passes` counts how often they were looked at in this run. `are_over`: nothing will ever be left to do, as far as
    the rows said when they were read.
    """

    def __init__(self, record: PlanRecord) -> None:
        self._record = record
        self._look_again_at: datetime | None = None
        self.passes = 0
        self.are_over = False

    async def make_so(self) -> None:
        """Looks again at once after anything was called off: the day may be wanted in another way."""
        self._record.news = self.are_over = False
        self._look_again_at = None
        while True:
            self.passes += 1
            outlook = await self._looked_ahead()
            if outlook is None or not await self._work_off(outlook):
                return

    async def wait(self) -> None:
        """Until there is something to do, or the plan is changed."""
        timeout = self._until(self._look_again_at) if self._look_again_at else None
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._record.news, timeout=timeout, timeout_summary="The next day to be made"
            )

    async def _looked_ahead(self) -> Outlook | None:
        try:
            outlook = await plan_calls.look_ahead(LookAhead(plan_id=self._plan_id, at=workflow.now()))
        except ActivityError as error:
            self._try_again_later(error)
            return None
        self._look_again_at, self.are_over = outlook.look_again_at, outlook.over
        return outlook

    async def _work_off(self, outlook: Outlook) -> bool:
        """Whether anything was called off."""
        dropped = [await self._is_done(plan_calls.drop(self._step(one))) for one in outlook.drop]
        for occurrence in outlook.make:
            await self._book(occurrence)
        stated = [await self._is_done(plan_calls.state_week(self._statement(week))) for week in outlook.statements]
        if any(stated):
            self._look_again_by(workflow.now())
        return any(dropped)

    async def _book(self, occurrence: Occurrence) -> None:
        """Refused for good: people are told. Else somebody we need is away: tried again, until it comes too near."""
        try:
            await plan_calls.book(self._step(occurrence))
        except ActivityError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError) and cause.non_retryable and cause.type:
                request = GiveUpOccurrence(occurrence=occurrence, at=workflow.now(), code=cause.type)
                await self._is_done(plan_calls.give_up(request))
            else:
                self._try_again_later(error)

    async def _is_done(self, call: Awaitable[None]) -> bool:
        try:
            await call
        except ActivityError as error:
            self._try_again_later(error)
            return False
        return True

    def _try_again_later(self, error: ActivityError) -> None:
        """Whatever befalls one day, or one look, the series goes on."""
        if is_cancelled_exception(error):
            raise error
        workflow.logger.warning("a step of the plan could not be done, and is tried again: %s", error.activity_type)
        self._look_again_by(workflow.now() + timedelta(seconds=self._record.request.retry_after_s))

    def _look_again_by(self, moment: datetime) -> None:
        self._look_again_at = min(moment, self._look_again_at or moment)

    def _step(self, occurrence: Occurrence) -> OccurrenceStep:
        return OccurrenceStep(occurrence=occurrence, at=workflow.now())

    def _statement(self, week_of: date) -> StatementStep:
        return StatementStep(plan_id=self._plan_id, week_of=week_of, at=workflow.now())

    def _until(self, moment: datetime) -> timedelta:
        return max(moment - workflow.now(), timedelta(0))

    @property
    def _plan_id(self) -> UUID:
        return self._record.request.plan_id
