"""What an owner asks of her plan, checked against what is hers and what day it is at home, as the command that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.contracts.plan import ChangePlan, ResumePlan, TakeBreak, Weekly
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import customer
from dogwalk.db.repositories import dog as dogs
from dogwalk.db.repositories import plan as plans
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.local_time import local_date
from dogwalk.domain.plan import BreakKind, WeeklyTime
from dogwalk.domain.pricing import is_free
from dogwalk.errors import InvalidInput, NotFound
from dogwalk.services.booking.request import verified_customer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.plan import Plan
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway

AHEAD_MAX = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """None leaves as it is; `moves_end` takes `ends_on` over, None included."""

    effective_from: date | None = None
    effective_until: date | None = None
    weekly: Sequence[WeeklyTime] | None = None
    service: str | None = None
    dog_ids: Sequence[UUID] | None = None
    preferred_walker_ids: Sequence[UUID] | None = None
    payment_method_id: str | None = None
    moves_end: bool = False
    ends_on: date | None = None


class PlanAsking:
    """NotFound for a stranger's plan or dog; InvalidInput `in_the_past`, `too_far` for a day."""

    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def change(self, plan_id: UUID, owner_id: UUID, asked: Asked, *, at: datetime) -> ChangePlan:
        """InvalidInput `unknown_payment_method`, `unknown_service`, `not_weekly`, `ends_before_start` too."""
        await self._refuse_strange_card(owner_id, asked.payment_method_id)
        async with self._database.transaction() as session:
            plan, today = await _hers(session, plan_id, owner_id, at)
            await _refuse_strange(session, plan, asked, at)
            first_on = asked.effective_from or today
            _refuse_out_of_reach(first_on, today, pointer="/effective_from")
            _refuse_backwards(first_on, asked.effective_until, pointer="/effective_until")
            _refuse_early_end(plan, asked, today)
        return ChangePlan(
            effective_from=first_on,
            effective_until=asked.effective_until,
            weekly=None if asked.weekly is None else [Weekly(weekday=one.weekday, at=one.at) for one in asked.weekly],
            service=asked.service,
            dog_ids=None if asked.dog_ids is None else list(dict.fromkeys(asked.dog_ids)),
            preferred_walker_ids=None if asked.preferred_walker_ids is None else list(asked.preferred_walker_ids),
            payment_method_id=asked.payment_method_id,
            moves_end=asked.moves_end,
            ends_on=asked.ends_on,
        )

    async def skip(self, plan_id: UUID, owner_id: UUID, day: date, *, at: datetime) -> TakeBreak:
        await self._day(plan_id, owner_id, day, at, pointer="/date")
        return TakeBreak(kind=BreakKind.SKIP, first_on=day, last_on=day)

    async def pause(
        self, plan_id: UUID, owner_id: UUID, *, first_on: date | None, last_on: date | None, at: datetime
    ) -> TakeBreak:
        day = await self._day(plan_id, owner_id, first_on, at, pointer="/from")
        _refuse_backwards(day, last_on, pointer="/until")
        return TakeBreak(kind=BreakKind.PAUSE if last_on is None else BreakKind.VACATION, first_on=day, last_on=last_on)

    async def resume(self, plan_id: UUID, owner_id: UUID, *, first_on: date | None, at: datetime) -> ResumePlan:
        return ResumePlan(first_on=await self._day(plan_id, owner_id, first_on, at, pointer="/from"))

    async def _day(self, plan_id: UUID, owner_id: UUID, day: date | None, at: datetime, *, pointer: str) -> date:
        async with self._database.transaction() as session:
            _, today = await _hers(session, plan_id, owner_id, at)
        _refuse_out_of_reach(day or today, today, pointer=pointer)
        return day or today

    async def _refuse_strange_card(self, owner_id: UUID, payment_method_id: str | None) -> None:
        if payment_method_id is None:
            return
        async with self._database.transaction() as session:
            customer_id = verified_customer(await customer.get(session, owner_id))
        if not await self._gateway.card_belongs_to(customer_id=customer_id, payment_method_id=payment_method_id):
            raise InvalidInput("No such card of yours", code="unknown_payment_method", pointer="/payment_method_id")


async def _hers(session: AsyncSession, plan_id: UUID, owner_id: UUID, at: datetime) -> tuple[Plan, date]:
    """The plan, and what day it is at home."""
    plan = await plans.for_owner(session, plan_id, owner_id)
    if plan is None:
        raise NotFound("No such plan")
    home = await bookings.home(session, plan.home_id)
    return plan, local_date(at, time_zone=home.time_zone)


async def _refuse_strange(session: AsyncSession, plan: Plan, asked: Asked, at: datetime) -> None:
    if asked.dog_ids is not None:
        wanted = set(asked.dog_ids)
        if len(await dogs.several_for(session, plan.owner_id, wanted)) != len(wanted):
            raise NotFound("No such dog")
    if asked.service is not None:
        home = await bookings.home(session, plan.home_id)
        pricing = (await policies.in_force(session, home.market_id, at)).pricing
        if is_free(pricing, service=asked.service):
            raise InvalidInput("A meeting is no weekly walk", code="not_weekly", pointer="/service")


def _refuse_out_of_reach(day: date, today: date, *, pointer: str) -> None:
    if day < today:
        raise InvalidInput("This day is over", code="in_the_past", pointer=pointer)
    if day > today + AHEAD_MAX:
        raise InvalidInput("More than a year ahead", code="too_far", pointer=pointer)


def _refuse_backwards(first_on: date, last_on: date | None, *, pointer: str) -> None:
    if last_on is not None and last_on < first_on:
        raise InvalidInput("It ends before it begins", code="ends_before_start", pointer=pointer)


def _refuse_early_end(plan: Plan, asked: Asked, today: date) -> None:
    if asked.ends_on is None:
        return
    if asked.ends_on < plan.starts_on:
        raise InvalidInput("The plan begins later", code="ends_before_start", pointer="/ends_on")
    if asked.ends_on < today:
        raise InvalidInput("This day is over", code="in_the_past", pointer="/ends_on")
