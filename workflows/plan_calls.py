"""Every side effect a weekly plan asks for, under its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from temporalio import workflow

if TYPE_CHECKING:
    from dogwalk.contracts.base import Payload

with workflow.unsafe.imports_passed_through():
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

    from workflows import policies

Result = TypeVar("Result")


async def look_ahead(request: LookAhead) -> Outlook:
    return await _call("plan.look_ahead", request, Outlook, "Look at the weeks ahead")


async def book(step: OccurrenceStep) -> None:
    day = step.occurrence.local_date
    await _call("occurrence.book", step, type(None), f"Book {day}", policies.OCCURRENCE)


async def drop(step: OccurrenceStep) -> None:
    day = step.occurrence.local_date
    await _call("occurrence.drop", step, type(None), f"Call {day} off", policies.OCCURRENCE)


async def give_up(request: GiveUpOccurrence) -> None:
    await _call("occurrence.give_up", request, type(None), f"Give {request.occurrence.local_date} up")


async def state_week(step: StatementStep) -> None:
    await _call("plan.state_week", step, type(None), f"Statement of the week of {step.week_of}")


async def change(request: ChangePlanRequest) -> PlanChanged:
    return await _call("plan.change", request, PlanChanged, "Change the plan")


async def take_break(request: TakeBreakRequest) -> PlanChanged:
    return await _call("plan.take_break", request, PlanChanged, f"A break: {request.command.kind.value}")


async def resume(request: ResumePlanRequest) -> PlanChanged:
    return await _call("plan.resume", request, PlanChanged, "Go on")


async def end(request: EndPlanRequest) -> PlanChanged:
    return await _call("plan.end", request, PlanChanged, "End the plan")


async def _call(
    name: str,
    request: Payload,
    result_type: type[Result],
    summary: str,
    policy: policies.ActivityPolicy = policies.DATABASE,
) -> Result:
    result: Result = await workflow.execute_activity(name, request, result_type=result_type, summary=summary, **policy)
    return result
