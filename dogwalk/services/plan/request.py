"""Taking a request for a weekly plan, as a booking's is taken: reserved, shown to nobody, until its workflow runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.contracts.plan import PlanRequest
from dogwalk.db.models.plan import Plan, PlanTerms
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import customer
from dogwalk.db.repositories import plan as plans
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.local_time import local_date
from dogwalk.domain.plan import WeeklyTime
from dogwalk.errors import Conflict, InvalidInput, NotFound
from dogwalk.services.booking.request import UNSTARTED_AFTER, refuse_if_gone, verified_customer
from dogwalk.services.plan.series import locked

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Quote
    from dogwalk.db.models.household import Home
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import MarketPolicy
    from dogwalk.ports import PaymentGateway

AHEAD_MAX = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """What an owner asks for, under the id that was reserved with her idempotency key. Dates and times are the home's."""

    plan_id: UUID
    owner_id: UUID
    home_id: UUID
    dog_ids: Sequence[UUID]
    service: str
    weekly: Sequence[WeeklyTime]
    starts_on: date
    ends_on: date | None = None
    preferred_walker_ids: Sequence[UUID] = ()
    payment_method_id: str
    quote_id: UUID
    at: datetime


class PlanRequests:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def reserve(self, new: NewPlan) -> PlanRequest:
        """Conflict `quote_expired`; Forbidden `verification_required`; InvalidInput `unknown_payment_method`,
        `quote_differs`, `not_weekly`, `in_the_past`, `too_far`; NotFound for a stranger's quote.
        """
        async with self._database.transaction() as session:
            customer_id = verified_customer(await customer.get(session, new.owner_id))
        if not await self._gateway.card_belongs_to(customer_id=customer_id, payment_method_id=new.payment_method_id):
            raise InvalidInput("No such card of yours", code="unknown_payment_method", pointer="/payment_method_id")
        async with self._database.transaction() as session:
            return await _reserve(session, new)

    async def reveal(self, plan_id: UUID, *, at: datetime) -> None:
        """Its workflow runs: from now on its owner sees it. A repeat changes nothing."""
        async with self._database.transaction() as session:
            plan = await locked(session, plan_id)
            plan.revealed_at = plan.revealed_at or at

    async def unstarted(self, *, at: datetime, limit: int = 100) -> Sequence[UUID]:
        """Reserved more than 5 min ago and never revealed."""
        async with self._database.transaction() as session:
            return await plans.unstarted(session, before=at - UNSTARTED_AFTER, limit=limit)

    async def forget(self, plan_id: UUID) -> None:
        async with self._database.transaction() as session:
            await plans.forget(session, plan_id)


async def _reserve(session: AsyncSession, new: NewPlan) -> PlanRequest:
    quote = await bookings.quote_for(session, new.quote_id, new.owner_id)
    if quote is None:
        raise NotFound("No such quote")
    home = await bookings.home(session, quote.home_id)
    if await plans.get(session, new.plan_id) is None:
        _check(new, quote, home)
        await refuse_if_gone(session, quote)
        await _add(session, new, home)
    return _request(new, home, await policies.in_force(session, home.market_id, new.at))


def _check(new: NewPlan, quote: Quote, home: Home) -> None:
    """The quote is what a walk of the series costs today: she has seen it, for this home, these dogs and this service."""
    if new.at >= quote.expires_at:
        raise Conflict("The quote is no longer binding; ask for a new one", code="quote_expired")
    if (quote.home_id, set(quote.dog_ids), quote.service) != (new.home_id, set(new.dog_ids), new.service):
        raise InvalidInput("The quote is for something else", code="quote_differs", pointer="/quote_id")
    if not quote.total:
        raise InvalidInput("A meeting is no weekly walk", code="not_weekly", pointer="/service")
    if new.starts_on < local_date(new.at, time_zone=home.time_zone):
        raise InvalidInput("This day is over", code="in_the_past", pointer="/starts_on")
    if new.starts_on > (new.at + AHEAD_MAX).date():
        raise InvalidInput("More than a year ahead", code="too_far", pointer="/starts_on")


async def _add(session: AsyncSession, new: NewPlan, home: Home) -> None:
    plan = Plan(
        id=new.plan_id,
        owner_id=new.owner_id,
        home_id=home.id,
        market_id=home.market_id,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        created_at=new.at,
    )
    await plans.add(session, plan)
    terms = PlanTerms(
        plan_id=new.plan_id,
        number=0,
        effective_from=new.starts_on,
        effective_until=None,
        service=new.service,
        dog_ids=list(dict.fromkeys(new.dog_ids)),
        preferred_walker_ids=list(new.preferred_walker_ids),
        payment_method_id=new.payment_method_id,
        created_at=new.at,
    )
    await plans.add_terms(session, terms, {(one.weekday, one.at) for one in new.weekly})


def _request(new: NewPlan, home: Home, policy: MarketPolicy) -> PlanRequest:
    return PlanRequest(
        plan_id=new.plan_id,
        owner_id=new.owner_id,
        market_id=home.market_id,
        area=home.area_name,
        retry_after_s=policy.plans.retry_after_s,
    )
