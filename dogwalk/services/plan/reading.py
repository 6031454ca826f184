"""Weekly plans as their owners see them. A stranger's plan is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from dogwalk.db.models.plan import Plan, PlanBreak, PlanOccurrence, PlanStatement, PlanTerms
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import occurrence as occurrences
from dogwalk.db.repositories import plan as plans
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    terms: PlanTerms
    weekly: Sequence[tuple[int, time]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    plan: Plan
    time_zone: str
    terms: Sequence[TermsView]
    breaks: Sequence[PlanBreak]


class PlanReader:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, plan_id: UUID, owner_id: UUID) -> PlanView:
        async with self._database.transaction() as session:
            plan = await _hers(session, plan_id, owner_id)
            return (await _views(session, [plan]))[0]

    async def page(self, owner_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int) -> list[PlanView]:
        """Newest first; four queries, however many plans."""
        async with self._database.transaction() as session:
            return await _views(session, await plans.page_for(session, owner_id, before=before, limit=limit))

    async def occurrences(
        self, plan_id: UUID, owner_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[tuple[PlanOccurrence, Booking | None]]:
        async with self._database.transaction() as session:
            await _hers(session, plan_id, owner_id)
            return await occurrences.page_of(session, plan_id, before=before, limit=limit)

    async def statements(
        self, plan_id: UUID, owner_id: UUID, *, before: date | None, limit: int
    ) -> Sequence[PlanStatement]:
        async with self._database.transaction() as session:
            await _hers(session, plan_id, owner_id)
            return await occurrences.statements(session, plan_id, before=before, limit=limit)


async def _hers(session: AsyncSession, plan_id: UUID, owner_id: UUID) -> Plan:
    plan = await plans.for_owner(session, plan_id, owner_id)
    if plan is None:
        raise NotFound("No such plan")
    return plan


async def _views(session: AsyncSession, found: Sequence[Plan]) -> list[PlanView]:
    ids = [plan.id for plan in found]
    terms, weekly = await plans.terms_of(session, ids), await plans.weekly_of(session, ids)
    breaks = await plans.breaks_of(session, ids)
    homes = await bookings.homes_of_many(session, [plan.home_id for plan in found])
    times = {
        (row.plan_id, row.number): [
            (one.weekday, one.at) for one in weekly if (one.plan_id, one.number) == (row.plan_id, row.number)
        ]
        for row in terms
    }
    return [
        PlanView(
            plan=plan,
            time_zone=homes[plan.home_id].time_zone,
            terms=[
                TermsView(terms=row, weekly=times[row.plan_id, row.number]) for row in terms if row.plan_id == plan.id
            ],
            breaks=[row for row in breaks if row.plan_id == plan.id],
        )
        for plan in found
    ]
