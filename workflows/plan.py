"""A weekly plan: a series of walks, each a booking of its own, made two weeks ahead (booking-life.md, Plans).

What it asks for stands in Postgres and is changed by its commands alone; this makes it so, day by day, and continues as
new before its history grows. No booking is a child: whatever becomes of one, the series goes on.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dogwalk.contracts.plan import (
        WORKFLOW,
        ChangePlan,
        ChangePlanRequest,
        EndPlan,
        EndPlanRequest,
        PlanAcknowledged,
        PlanRequest,
        PlanState,
        ResumePlan,
        ResumePlanRequest,
        TakeBreak,
        TakeBreakRequest,
    )

    from workflows import plan_calls
    from workflows.commands import our_command
    from workflows.steps.days import Days
    from workflows.steps.plan_record import PlanRecord
    from workflows.uninterrupted import uninterrupted


@workflow.defn(name=WORKFLOW)
class Plan:
    """The only writer of its plan."""

    @workflow.init
    def __init__(self, request: PlanRequest) -> None:
        self._record = PlanRecord(request)
        self._days = Days(self._record)

    @workflow.run
    async def run(self, _request: PlanRequest) -> PlanState:
        """A raw Cancel from the UI ends the plan in good order."""
        await uninterrupted(self._series(), cancelled=lambda: self._end("support"))
        if not self._record.state.over:
            workflow.continue_as_new(self._record.continued())
        return self._record.state

    async def _series(self) -> None:
        while not (self._record.state.over or self._is_long):
            await self._days.make_so()
            await (self._close() if self._days.are_over else self._days.wait())
        await workflow.wait_condition(self._is_all_said)

    async def _close(self) -> None:
        """Unless a command has changed it since its days were read: that holds the lock, or has left news. One that comes
        later is refused.
        """
        async with self._record.lock:
            if not self._record.news:
                await self._end_locked("system")
                self._record.close()

    def _is_all_said(self) -> bool:
        """Nor is a raw Cancel still being heard."""
        return workflow.all_handlers_finished() and not self._record.lock.locked()

    @workflow.query
    def state(self) -> PlanState:
        return self._record.state

    @our_command
    async def change(self, command: ChangePlan) -> PlanAcknowledged:
        async with self._record.lock:
            self._record.refuse_if_ended()
            change = self._record.change("owner")
            self._record.apply(change, await plan_calls.change(ChangePlanRequest(change=change, command=command)))
            return self._record.acknowledge()

    @our_command
    async def take_break(self, command: TakeBreak) -> PlanAcknowledged:
        async with self._record.lock:
            self._record.refuse_if_ended()
            change = self._record.change("owner")
            self._record.apply(change, await plan_calls.take_break(TakeBreakRequest(change=change, command=command)))
            return self._record.acknowledge()

    @our_command
    async def resume(self, command: ResumePlan) -> PlanAcknowledged:
        async with self._record.lock:
            self._record.refuse_if_ended()
            change = self._record.change("owner")
            self._record.apply(change, await plan_calls.resume(ResumePlanRequest(change=change, command=command)))
            return self._record.acknowledge()

    @our_command
    async def end(self, command: EndPlan) -> PlanAcknowledged:
        await self._end(command.by)
        return self._record.acknowledge()

    async def _end(self, actor: str) -> None:
        async with self._record.lock:
            await self._end_locked(actor)

    async def _end_locked(self, actor: str) -> None:
        if not self._record.is_ended:
            change = self._record.change(actor)
            self._record.apply(change, await plan_calls.end(EndPlanRequest(change=change)))

    @property
    def _is_long(self) -> bool:
        return (
            self._days.passes >= self._record.request.passes_per_run or workflow.info().is_continue_as_new_suggested()
        )
