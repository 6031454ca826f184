"""Weekly plans: a series of walks at the same wall time, each a booking of its own, made two weeks ahead."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import OwnerOnly, Res
from api.errors import problems
from api.idempotency import Once
from api.pagination import PageQuery
from api.plan_rendering import occurrence_view, plan_view, statement_view
from api.running import RunningPlans
from api.schemas.base import Page
from api.schemas.plan import (
    NewPlan,
    OccurrenceView,
    Pause,
    PlanChange,
    PlanView,
    Resume,
    Skip,
    StatementView,
    WeeklyWalk,
)
from dogwalk.contracts.plan import EndPlan
from dogwalk.domain.plan import PlanStatus, WeeklyTime
from dogwalk.errors import NotFound, WrongState
from dogwalk.services.plan import request as requests
from dogwalk.services.plan.asking import Asked, PlanAsking
from dogwalk.services.plan.reading import PlanReader
from dogwalk.services.plan.request import PlanRequests

if TYPE_CHECKING:
    from dogwalk.adapters.plan_workflows import PlanWorkflows
    from dogwalk.contracts.base import Payload

router = APIRouter(tags=["booking"])

RESPONSES = problems(404, 409, 503)


async def _requests(res: Res) -> PlanRequests:
    return PlanRequests(database=res.database, gateway=res.payments)


async def _reader(res: Res) -> PlanReader:
    return PlanReader(database=res.database)


async def _asking(res: Res) -> PlanAsking:
    return PlanAsking(database=res.database, gateway=res.payments)


Requests = Annotated[PlanRequests, Depends(_requests)]
Plans = Annotated[PlanReader, Depends(_reader)]
Asking = Annotated[PlanAsking, Depends(_asking)]


@router.post("/v1/plans", status_code=202, responses=problems(403, 404, 409, 503))
async def create_plan(
    body: NewPlan, who: OwnerOnly, res: Res, plans: Plans, new: Requests, running: RunningPlans, once: Once
) -> PlanView:
    """Takes the plan and starts its workflow, which books the walks of the next two weeks. 409 `quote_expired`; 422
    `quote_differs`, `in_the_past`, `too_far`, `unknown_payment_method`.
    """

    async def work(plan_id: UUID) -> PlanView:
        at = res.clock.now()
        reserved = await new.reserve(
            requests.NewPlan(
                plan_id=plan_id,
                owner_id=who.person_id,
                home_id=body.home_id,
                dog_ids=body.dog_ids,
                service=body.service,
                weekly=[_weekly(one) for one in body.weekly],
                starts_on=body.starts_on,
                ends_on=body.ends_on,
                preferred_walker_ids=body.preferred_walker_ids,
                payment_method_id=body.payment_method_id,
                quote_id=body.quote_id,
                at=at,
            )
        )
        await running.start(reserved)
        await new.reveal(plan_id, at=at)
        return plan_view(await plans.get(plan_id, who.person_id))

    return await once.create(work, status=202)


@router.get("/v1/plans")
async def list_plans(who: OwnerOnly, plans: Plans, page: PageQuery) -> Page[PlanView]:
    """Mine, newest first, those that ended too."""
    found = await plans.page(who.person_id, before=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda view: (view.plan.created_at, view.plan.id), render=plan_view)


@router.get("/v1/plans/{plan_id}", responses=problems(404))
async def get_plan(plan_id: UUID, who: OwnerOnly, plans: Plans) -> PlanView:
    return plan_view(await plans.get(plan_id, who.person_id))


@router.patch("/v1/plans/{plan_id}", responses=RESPONSES)
async def change_plan(
    plan_id: UUID,
    body: PlanChange,
    who: OwnerOnly,
    res: Res,
    plans: Plans,
    asking: Asking,
    running: RunningPlans,
    once: Once,
) -> PlanView:
    """All walks from `effective_from` on, or one day's alone. What is booked already is called off and booked again where
    another time, service or dog is asked for, unless that costs something: then it stays as it is (`kept`).
    """
    asked = Asked(
        effective_from=body.effective_from,
        effective_until=body.effective_until,
        weekly=None if body.weekly is None else [_weekly(one) for one in body.weekly],
        service=body.service,
        dog_ids=body.dog_ids,
        preferred_walker_ids=body.preferred_walker_ids,
        payment_method_id=body.payment_method_id,
        moves_end="ends_on" in body.model_fields_set,
        ends_on=body.ends_on,
    )

    async def work() -> PlanView:
        payload = await asking.change(plan_id, who.person_id, asked, at=res.clock.now())
        await _command(running, plan_id, "change", payload, once.fingerprint)
        return plan_view(await plans.get(plan_id, who.person_id))

    return await once.run(work)


@router.delete("/v1/plans/{plan_id}", responses=RESPONSES)
async def end_plan(plan_id: UUID, who: OwnerOnly, plans: Plans, running: RunningPlans) -> PlanView:
    """No walk is made any more; those that are booked are called off where that is free of charge. Repeats do nothing."""
    if (await plans.get(plan_id, who.person_id)).plan.status != PlanStatus.ENDED:
        await _command(running, plan_id, "end", EndPlan(), f"end-{plan_id}")
    return plan_view(await plans.get(plan_id, who.person_id))


@router.get("/v1/plans/{plan_id}/occurrences", responses=problems(404))
async def list_occurrences(plan_id: UUID, who: OwnerOnly, plans: Plans, page: PageQuery) -> Page[OccurrenceView]:
    """What was made so far, two weeks ahead, the latest start first; each with where its booking stands."""
    found = await plans.occurrences(plan_id, who.person_id, before=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda row: (row[0].starts_at, row[0].booking_id), render=occurrence_view)


@router.get("/v1/plans/{plan_id}/statements", responses=problems(404))
async def list_statements(plan_id: UUID, who: OwnerOnly, plans: Plans, page: PageQuery) -> Page[StatementView]:
    """One a week that had walks, newest first."""
    before = page.after[0].date() if page.after else None
    found = await plans.statements(plan_id, who.person_id, before=before, limit=page.limit + 1)
    return page.of(found, key=lambda row: (datetime.combine(row.week_of, time(0), UTC), plan_id), render=statement_view)


@router.post("/v1/plans/{plan_id}/skips", responses=RESPONSES)
async def skip_a_day(
    plan_id: UUID, body: Skip, who: OwnerOnly, res: Res, plans: Plans, asking: Asking, running: RunningPlans, once: Once
) -> PlanView:
    """No walk on this day. 409 `cancellation_costs` with the booking when it can no longer be called off free of charge,
    `not_a_plan_day`.
    """

    async def work() -> PlanView:
        payload = await asking.skip(plan_id, who.person_id, body.date, at=res.clock.now())
        await _command(running, plan_id, "take_break", payload, once.fingerprint)
        return plan_view(await plans.get(plan_id, who.person_id))

    return await once.run(work)


@router.post("/v1/plans/{plan_id}/pause", responses=RESPONSES)
async def pause_plan(
    plan_id: UUID,
    body: Pause,
    who: OwnerOnly,
    res: Res,
    plans: Plans,
    asking: Asking,
    running: RunningPlans,
    once: Once,
) -> PlanView:
    """No walks from a day on: until it is resumed, or with `until` for a vacation. What is booked for these days is called
    off where that is free of charge.
    """

    async def work() -> PlanView:
        payload = await asking.pause(
            plan_id, who.person_id, first_on=body.from_day, last_on=body.until, at=res.clock.now()
        )
        await _command(running, plan_id, "take_break", payload, once.fingerprint)
        return plan_view(await plans.get(plan_id, who.person_id))

    return await once.run(work)


@router.post("/v1/plans/{plan_id}/resume", responses=RESPONSES)
async def resume_plan(
    plan_id: UUID,
    body: Resume,
    who: OwnerOnly,
    res: Res,
    plans: Plans,
    asking: Asking,
    running: RunningPlans,
    once: Once,
) -> PlanView:
    """409 `wrong_state` for a plan that is not paused."""

    async def work() -> PlanView:
        payload = await asking.resume(plan_id, who.person_id, first_on=body.from_day, at=res.clock.now())
        await _command(running, plan_id, "resume", payload, once.fingerprint)
        return plan_view(await plans.get(plan_id, who.person_id))

    return await once.run(work)


async def _command(running: PlanWorkflows, plan_id: UUID, name: str, payload: Payload, update_id: str) -> None:
    """Its sender is known to be the owner. A workflow that is over takes nothing any more."""
    try:
        await running.command(plan_id, name, payload, update_id=update_id)
    except NotFound as error:
        if error.code != "workflow_over":
            raise
        raise WrongState("This plan has ended", status=PlanStatus.ENDED.value, expected=[]) from error


def _weekly(given: WeeklyWalk) -> WeeklyTime:
    return WeeklyTime(given.weekday, time.fromisoformat(given.at))
