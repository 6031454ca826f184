"""Taking a booking request: an id reserved with its row, shown to nobody until its workflow runs.

reserve (row, unrevealed) → the edge starts the workflow under the reserved id → reveal. A start that fails leaves nothing
half made: the same request goes on with the same id, and a sweep clears what nobody came back for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from dogwalk.contracts.booking import BookingRequest, Price
from dogwalk.db.models.booking import Booking, Quote
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import booking_event, customer
from dogwalk.db.repositories import dog as dogs
from dogwalk.db.repositories import home as homes
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories.booking_event import NewEvent
from dogwalk.domain.local_time import dates_touched
from dogwalk.domain.pricing import SERVICE_FEE, duration_of
from dogwalk.domain.vaccination import check_vaccinated
from dogwalk.errors import Conflict, Forbidden, InvalidInput, NotFound
from dogwalk.services.booking.meeting import refuse_if_met

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.household import Home
    from dogwalk.db.models.person import Person
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import MarketPolicy
    from dogwalk.ports import PaymentGateway

UNSTARTED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """What an owner asks for, under the id that was reserved with her idempotency key."""

    booking_id: UUID
    owner_id: UUID
    quote_id: UUID
    payment_method_id: str | None
    preferred_walker_ids: Sequence[UUID] = ()
    notes: str = ""
    plan_id: UUID | None = None
    at: datetime


class _Payer(NamedTuple):
    """Of whom Stripe takes it, and from which card; both empty for a meeting."""

    customer_id: str = ""
    card: str = ""


class BookingRequests:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def reserve(self, new: NewBooking) -> BookingRequest:
        """Checks everything a workflow need not check again. Conflict `quote_expired`, `quote_used`,
        `debt_outstanding`; Forbidden `verification_required`; InvalidInput `unknown_payment_method`, `too_soon`,
        `payment_method_required`, `vaccination_required`; for a meeting Conflict `met_already`; NotFound for a stranger's
        quote.
        """
        payer = await self._payer(new)
        async with self._database.transaction() as session:
            return await _reserve(session, new, payer)

    async def _payer(self, new: NewBooking) -> _Payer:
        """With a card that is hers; without one where nothing is to be paid."""
        async with self._database.transaction() as session:
            person = verified(await customer.get(session, new.owner_id))
            quote = await bookings.quote_for(session, new.quote_id, new.owner_id)
        if quote is not None and not quote.total:
            return _Payer()
        if new.payment_method_id is None:
            raise InvalidInput("Say which card pays", code="payment_method_required", pointer="/payment_method_id")
        payer = _Payer(customer_of(person), new.payment_method_id)
        if not await self._gateway.card_belongs_to(customer_id=payer.customer_id, payment_method_id=payer.card):
            raise InvalidInput("No such card of yours", code="unknown_payment_method", pointer="/payment_method_id")
        return payer

    async def reveal(self, booking_id: UUID, *, at: datetime) -> None:
        """Its workflow runs: from now on people see it. A repeat changes nothing."""
        async with self._database.transaction() as session:
            booking = await bookings.reveal(session, booking_id, at=at)
            if booking is not None:
                await booking_event.append(session, [_requested(booking)])

    async def unstarted(self, *, at: datetime, limit: int = 100) -> list[UUID]:
        """Reserved more than 5 min ago and never revealed."""
        async with self._database.transaction() as session:
            return [row.id for row in await bookings.unstarted(session, before=at - UNSTARTED_AFTER, limit=limit)]

    async def forget(self, booking_id: UUID) -> None:
        async with self._database.transaction() as session:
            await bookings.forget(session, booking_id)


def verified_customer(person: Person | None) -> str:
    """Her id at Stripe. Raises Forbidden `verification_required`, InvalidInput `unknown_payment_method`."""
    return customer_of(verified(person))


def verified(person: Person | None) -> Person:
    """Raises Forbidden `verification_required`."""
    if person is None:
        raise NotFound("No such person")
    if person.email_verified_at is None or person.phone_verified_at is None:
        raise Forbidden("Confirm your e-mail address and your phone first", code="verification_required")
    return person


def customer_of(person: Person) -> str:
    """Her id at Stripe. Raises InvalidInput `unknown_payment_method`."""
    if person.stripe_customer_id is None:
        raise InvalidInput("No such card of yours", code="unknown_payment_method", pointer="/payment_method_id")
    return person.stripe_customer_id


async def _reserve(session: AsyncSession, new: NewBooking, payer: _Payer) -> BookingRequest:
    quote, booking = await _quote(session, new)
    policy = await policies.by_version(session, quote.market_id, quote.policy_version)
    home = await bookings.home(session, quote.home_id)
    if booking is None:
        _refuse_if_too_soon(quote, policy, new.at)
        await refuse_if_gone(session, quote)
        await _refuse_if_in_debt(session, new.owner_id)
        await _refuse_unvaccinated(session, quote, home, policy)
        await _refuse_if_met(session, quote, policy, new.at)
        booking = _row(new, quote, policy, home, payer)
        await bookings.add(session, booking, quote.dog_ids)
    return _request(booking, quote, home, policy)


async def _quote(session: AsyncSession, new: NewBooking) -> tuple[Quote, Booking | None]:
    """With the booking, if an earlier try has made it."""
    quote, used_by = await bookings.quote_and_use(session, new.quote_id, new.owner_id)
    if quote is None:
        raise NotFound("No such quote")
    if used_by is not None and used_by.id != new.booking_id:
        raise Conflict("This quote has been booked already", code="quote_used")
    if used_by is None and new.at >= quote.expires_at:
        raise Conflict("The quote is no longer binding; ask for a new one", code="quote_expired")
    return quote, used_by


def _refuse_if_too_soon(quote: Quote, policy: MarketPolicy, at: datetime) -> None:
    """The quote was made in time; the request comes up to 15 min later."""
    if not quote.asap and quote.starts_at < at + timedelta(seconds=policy.offers.min_lead_s):
        raise InvalidInput("Too soon to plan: ask for a walk as soon as possible", code="too_soon", pointer="/quote_id")


async def refuse_if_gone(session: AsyncSession, quote: Quote) -> None:
    """A dog or the home may have been deleted since the quote was made; from here on neither can be."""
    is_home_there = await homes.keep(session, quote.home_id)
    if not (is_home_there and await dogs.keep(session, quote.owner_id, quote.dog_ids)):
        raise Conflict("The home or a dog of it is gone; ask for a new quote", code="quote_expired")


async def _refuse_unvaccinated(session: AsyncSession, quote: Quote, home: Home, policy: MarketPolicy) -> None:
    """A dog's vaccination may be another one than when the quote was made."""
    if not policy.gates.vaccination_required:
        return
    walked = await dogs.several_for(session, quote.owner_id, quote.dog_ids)
    ends_at = quote.starts_at + duration_of(policy.pricing, service=quote.service)
    last_day = dates_touched(starts_at=quote.starts_at, ends_at=ends_at, time_zone=home.time_zone)[-1]
    check_vaccinated(walked, gates=policy.gates, last_day=last_day, pointer=lambda _: "/quote_id")


async def _refuse_if_in_debt(session: AsyncSession, owner_id: UUID) -> None:
    debts = await payments.debts_of(session, owner_id)
    if debts:
        ids = [str(debt.id) for debt in debts]
        raise Conflict("Pay what is still due for an earlier walk first", code="debt_outstanding", payment_ids=ids)


async def _refuse_if_met(session: AsyncSession, quote: Quote, policy: MarketPolicy, at: datetime) -> None:
    """Two requests for a meeting in the same instant are judged one after the other."""
    if quote.total == 0 and quote.walker_id is not None:
        await customer.lock(session, quote.owner_id)
        await refuse_if_met(session, quote.owner_id, quote.walker_id, policy=policy.meeting, at=at)


def _row(new: NewBooking, quote: Quote, policy: MarketPolicy, home: Home, payer: _Payer) -> Booking:
    return Booking(
        id=new.booking_id,
        owner_id=quote.owner_id,
        home_id=quote.home_id,
        quote_id=quote.id,
        plan_id=new.plan_id,
        market_id=quote.market_id,
        policy_version=quote.policy_version,
        service=quote.service,
        asap=quote.asap,
        starts_at=quote.starts_at,
        ends_at=quote.starts_at + timedelta(seconds=policy.pricing.rates[quote.service].duration_s),
        time_zone=home.time_zone,
        notes=new.notes,
        preferred_walker_ids=list(new.preferred_walker_ids),
        currency=quote.currency,
        lines=quote.lines,
        total=quote.total,
        walker_earns=quote.walker_earns,
        platform_fee=quote.platform_fee,
        customer_id=payer.customer_id,
        payment_method_id=payer.card,
        created_at=new.at,
    )


def _request(booking: Booking, quote: Quote, home: Home, policy: MarketPolicy) -> BookingRequest:
    service_fee = sum(line["amount"] for line in quote.lines if line["kind"] == SERVICE_FEE)
    return BookingRequest(
        booking_id=booking.id,
        owner_id=booking.owner_id,
        market_id=booking.market_id,
        area=home.area_name,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        asap=booking.asap,
        price=Price(
            currency=booking.currency,
            lines_total=booking.total - service_fee,
            service_fee=service_fee,
            total=booking.total,
            walker_share=booking.walker_earns,
        ),
        payment_method_id=booking.payment_method_id,
        preferred_walker_ids=booking.preferred_walker_ids,
        direct_walker_id=quote.walker_id,
        policy=policy.without_rates,
    )


def _requested(booking: Booking) -> NewEvent:
    return NewEvent(
        booking_id=booking.id,
        version=0,
        n=0,
        type="requested",
        at=booking.created_at,
        actor="owner",
        data={"starts_at": booking.starts_at.isoformat(), "service": booking.service},
        audience=[booking.owner_id],
    )
