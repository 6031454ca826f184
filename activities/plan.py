"""Activities of weekly plans, on the booking queue. Each may be repeated with the same request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio import activity

from activities._failures import as_application_error
from dogwalk.contracts.plan import (
    ChangePlanRequest,
    EndPlanRequest,
    GiveUpOccurrence,
    LookAhead,
    OccurrenceStep,
    Outlook,
    PlanChanged,
    ResumePlanRequest,
    StatementStep,
    TakeBreakRequest,
)

if TYPE_CHECKING:
    from activities.delivery import DeliveryStarter
    from dogwalk.services.plan.commands import PlanCommands
    from dogwalk.services.plan.occurrences import Occurrences
    from dogwalk.services.plan.outlook import Outlooks
    from dogwalk.services.plan.statements import Statements


class PlanActivities:
    def __init__(
        self,
        *,
        outlooks: Outlooks,
        occurrences: Occurrences,
        statements: Statements,
        commands: PlanCommands,
        delivery: DeliveryStarter,
    ) -> None:
        self._outlooks = outlooks
        self._occurrences = occurrences
        self._statements = statements
        self._commands = commands
        self._delivery = delivery

    @activity.defn(name="plan.look_ahead")
    async def look_ahead(self, request: LookAhead) -> Outlook:
        with as_application_error():
            return await self._outlooks.look_ahead(request)

    @activity.defn(name="occurrence.book")
    async def book(self, step: OccurrenceStep) -> None:
        with as_application_error():
            await self._occurrences.book(step)

    @activity.defn(name="occurrence.drop")
    async def drop(self, step: OccurrenceStep) -> None:
        with as_application_error():
            await self._occurrences.drop(step)

    @activity.defn(name="occurrence.give_up")
    async def give_up(self, request: GiveUpOccurrence) -> None:
        with as_application_error():
            batch = await self._occurrences.give_up(request)
        await self._delivery.start_batch(batch)

    @activity.defn(name="plan.state_week")
    async def state_week(self, step: StatementStep) -> None:
        with as_application_error():
            batch = await self._statements.make(step)
        await self._delivery.start_batch(batch)

    @activity.defn(name="plan.change")
    async def change(self, request: ChangePlanRequest) -> PlanChanged:
        with as_application_error():
            return await self._commands.change(request)

    @activity.defn(name="plan.take_break")
    async def take_break(self, request: TakeBreakRequest) -> PlanChanged:
        with as_application_error():
            return await self._commands.take_break(request)

    @activity.defn(name="plan.resume")
    async def resume(self, request: ResumePlanRequest) -> PlanChanged:
        with as_application_error():
            return await self._commands.resume(request)

    @activity.defn(name="plan.end")
    async def end(self, request: EndPlanRequest) -> PlanChanged:
        with as_application_error():
            return await self._commands.end(request)
