"""What changes a plan: written under the number of its change, so that writing it twice writes it once. What was made of
the days before is put right by the plan's workflow afterwards.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.contracts.plan import PlanChanged
from dogwalk.db.models.plan import PlanTerms
from dogwalk.db.repositories import occurrence as occurrences
from dogwalk.db.repositories import plan as plans
from dogwalk.domain.plan import BreakKind, OccurrenceState, PlanStatus
from dogwalk.errors import Conflict, WrongState
from dogwalk.services.plan.series import locked, read, series_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.plan import (
        ChangePlan,
        ChangePlanRequest,
        EndPlanRequest,
        PlanChange,
        ResumePlanRequest,
        TakeBreakRequest,
    )
    from dogwalk.db.models.plan import Plan
    from dogwalk.db.session import Database
    from dogwalk.services.booking.reading import BookingReader

DAY = timedelta(days=1)
BOOKED = (OccurrenceState.BOOKED.value, OccurrenceState.KEPT.value)
NOT_ENDED = (PlanStatus.ACTIVE.value, PlanStatus.PAUSED.value)


class PlanCommands:
    """Raises WrongState for a plan that does not take the command any more."""

    def __init__(self, *, database: Database, bookings: BookingReader) -> None:
        self._database = database
        self._bookings = bookings

    async def change(self, request: ChangePlanRequest) -> PlanChanged:
        """New terms take over what the old ones say and the command does not."""
        change, command = request.change, request.command
        async with self._database.transaction() as session:
            plan = await _open(session, change)
            if plan.version < change.version and _has_terms(command):
                await _add_terms(session, plan, request)
            fields = {"ends_on": command.ends_on} if command.moves_end else {}
            return await _written(session, plan, change, **fields)

    async def take_break(self, request: TakeBreakRequest) -> PlanChanged:
        """Conflict `cancellation_costs` for a skip whose booking could only be called off at a fee, `not_a_plan_day` for
        one that the plan does not walk on.
        """
        change, command = request.change, request.command
        if command.kind is BreakKind.SKIP:
            await self._refuse_if_it_costs(change, command.first_on)
        async with self._database.transaction() as session:
            plan = await _open(session, change)
            if plan.version < change.version and await _is_new(session, plan, request):
                await plans.add_break(
                    session,
                    plan_id=plan.id,
                    number=change.version,
                    kind=command.kind.value,
                    first_on=command.first_on,
                    last_on=command.last_on,
                    created_at=change.at,
                )
            status = PlanStatus.PAUSED.value if command.last_on is None else plan.status
            return await _written(session, plan, change, status=status)

    async def resume(self, request: ResumePlanRequest) -> PlanChanged:
        change = request.change
        async with self._database.transaction() as session:
            plan = await _open(session, change)
            if plan.version < change.version and plan.status != PlanStatus.PAUSED:
                raise WrongState("This plan is not paused", status=plan.status, expected=[PlanStatus.PAUSED.value])
            await plans.end_pause(session, plan.id, last_on=request.command.first_on - DAY)
            return await _written(session, plan, change, status=PlanStatus.ACTIVE.value)

    async def end(self, request: EndPlanRequest) -> PlanChanged:
        """A repeat changes nothing."""
        change = request.change
        async with self._database.transaction() as session:
            plan = await locked(session, change.plan_id)
            if plan.status == PlanStatus.ENDED:
                return PlanChanged(status=PlanStatus.ENDED)
            return await _written(session, plan, change, status=PlanStatus.ENDED.value, ended_at=change.at)

    async def _refuse_if_it_costs(self, change: PlanChange, day: date) -> None:
        async with self._database.transaction() as session:
            plan = await read(session, change.plan_id)
            rows = await occurrences.since(session, plan.id, first=day)
        booked = [row for row in rows if row.local_date == day and row.state in BOOKED]
        for row in booked:
            booking, terms = await self._bookings.cancellation(row.booking_id, plan.owner_id, at=change.at)
            if booking.outcome is None and (terms.fee or not terms.allowed):
                raise Conflict(
                    "This walk can no longer be skipped free of charge; cancel its booking",
                    code="cancellation_costs",
                    booking_id=str(booking.id),
                    fee=terms.fee,
                )


def _has_terms(command: ChangePlan) -> bool:
    said = (
        command.weekly,
        command.service,
        command.dog_ids,
        command.preferred_walker_ids,
        command.payment_method_id,
    )
    return any(one is not None for one in said)


async def _open(session: AsyncSession, change: PlanChange) -> Plan:
    plan = await locked(session, change.plan_id)
    if plan.status == PlanStatus.ENDED and plan.version < change.version:
        raise WrongState("This plan has ended", status=plan.status, expected=NOT_ENDED)
    return plan


async def _written(session: AsyncSession, plan: Plan, change: PlanChange, **fields: Any) -> PlanChanged:
    await plans.project(session, plan.id, change.version, **fields)
    return PlanChanged(status=PlanStatus(fields.get("status", plan.status)))


async def _is_new(session: AsyncSession, plan: Plan, request: TakeBreakRequest) -> bool:
    """A second pause that begins no earlier, and a day that is not walked anyway, add nothing."""
    command = request.command
    if command.kind is BreakKind.VACATION:
        return True
    series = await series_of(session, plan)
    if command.kind is BreakKind.PAUSE:
        return not any(one.last_on is None and one.first_on <= command.first_on for one in series.breaks)
    if any(one.holds_on(command.first_on) for one in series.breaks):
        return False
    if not list(series.slots(first=command.first_on, last=command.first_on)):
        raise Conflict("The plan does not walk on this day", code="not_a_plan_day")
    return True


async def _add_terms(session: AsyncSession, plan: Plan, request: ChangePlanRequest) -> None:
    change, command = request.change, request.command
    before = await _terms_before(session, plan, command)
    terms = PlanTerms(
        plan_id=plan.id,
        number=change.version,
        effective_from=command.effective_from,
        effective_until=command.effective_until,
        service=command.service or before.service,
        dog_ids=_or(command.dog_ids, before.dog_ids),
        preferred_walker_ids=_or(command.preferred_walker_ids, before.preferred_walker_ids),
        payment_method_id=command.payment_method_id or before.payment_method_id,
        created_at=change.at,
    )
    await plans.add_terms(session, terms, await _weekly(session, plan, command, before.number))


async def _terms_before(session: AsyncSession, plan: Plan, command: ChangePlan) -> PlanTerms:
    """Those that it changes, or the first ones when the series has not begun by then."""
    held = (await series_of(session, plan)).terms_for(command.effective_from, command.effective_until)
    rows = await plans.terms_of(session, [plan.id])
    return next((row for row in rows if held and row.number == held.number), rows[0])


async def _weekly(session: AsyncSession, plan: Plan, command: ChangePlan, number_before: int) -> list[tuple[int, Any]]:
    if command.weekly is not None:
        return sorted({(one.weekday, one.at) for one in command.weekly})
    before = await plans.weekly_of(session, [plan.id])
    return [(one.weekday, one.at) for one in before if one.number == number_before]


def _or(said: Sequence[Any] | None, before: Sequence[Any]) -> list[Any]:
    return list(before if said is None else said)
