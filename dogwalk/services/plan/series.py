"""A plan as its rules see it, read from its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import plan as plans
from dogwalk.domain.plan import Break, Made, OccurrenceState, PlanStatus, Series, Terms, WeeklyTime
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.plan import Plan, PlanOccurrence, PlanTerms, PlanWeekly


async def locked(session: AsyncSession, plan_id: UUID) -> Plan:
    """The plan's row, locked first and before any other row of it. NotFound when there is none."""
    return _found(await plans.get(session, plan_id, lock=True))


async def read(session: AsyncSession, plan_id: UUID) -> Plan:
    return _found(await plans.get(session, plan_id))


async def series_of(session: AsyncSession, plan: Plan) -> Series:
    terms = await plans.terms_of(session, [plan.id])
    weekly = await plans.weekly_of(session, [plan.id])
    breaks = await plans.breaks_of(session, [plan.id])
    return Series(
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        is_ended=plan.status == PlanStatus.ENDED,
        terms=tuple(_terms(one, weekly) for one in terms),
        breaks=tuple(Break(first_on=one.first_on, last_on=one.last_on) for one in breaks),
    )


def made_of(row: PlanOccurrence) -> Made:
    return Made(
        local_date=row.local_date,
        at=row.at,
        round=row.round,
        terms_number=row.terms_number,
        state=OccurrenceState(row.state),
        code=row.code,
    )


def _terms(row: PlanTerms, weekly: Sequence[PlanWeekly]) -> Terms:
    return Terms(
        number=row.number,
        effective_from=row.effective_from,
        effective_until=row.effective_until,
        weekly=tuple(WeeklyTime(one.weekday, one.at) for one in weekly if one.number == row.number),
        service=row.service,
        dog_ids=frozenset(row.dog_ids),
    )


def _found(plan: Plan | None) -> Plan:
    if plan is None:
        raise NotFound("No such plan")
    return plan
