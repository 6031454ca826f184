"""Another time for a walk: priced and asked for by one side, agreed to by the other, moved in one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from dogwalk.contracts.booking import RescheduleResult
from dogwalk.db.models.booking import Booking, Reschedule
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import calendar
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import reschedule as reschedules
from dogwalk.db.session import constraint_name
from dogwalk.domain.booking import Status
from dogwalk.domain.local_time import dates_touched
from dogwalk.domain.pricing import base_of, price
from dogwalk.domain.vaccination import check_vaccinated
from dogwalk.errors import Conflict, InvalidInput, NotFound, WrongState
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked, parties
from dogwalk.services.quote import AHEAD_MAX, birthday_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import (
        DeclineRescheduleRequest,
        LapseRescheduleRequest,
        OpenRescheduleRequest,
        RescheduleRequest,
    )
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import MarketPolicy
    from dogwalk.domain.pricing import PriceBreakdown

OVERLAP = "ex_walker_calendar_no_overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`expected_total` is what its owner was shown; None where nobody has shown her a price yet."""

    booking_id: UUID
    person_id: UUID
    starts_at: datetime
    expected_total: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleView:
    """`status`: open, lapsed, accepted, declined or replaced."""

    reschedule: Reschedule
    booking: Booking
    status: str


class Reschedules:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def ask(self, reschedule_id: UUID, asked: Asked) -> tuple[Reschedule, Booking]:
        """Priced by the policy frozen in. NotFound for a stranger; WrongState without a walker, or once she is on her way;
        InvalidInput `too_soon`, `too_far`, `same_time`, `vaccination_required`; Conflict `price_changed` to an owner who
        was not shown this price.
        """
        async with self._database.transaction() as session:
            booking = await _of_party(session, asked.booking_id, asked.person_id)
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
            _refuse_if_unfit(booking, asked, policy)
            found = await _price(session, booking, asked, policy)
            asked_by = "owner" if booking.owner_id == asked.person_id else "walker"
            if asked_by == "owner":
                _refuse_unless_shown(booking, found, asked.expected_total)
            row = await reschedules.ask(
                session,
                reschedule_id,
                booking_id=booking.id,
                assignment_no=booking.assignment_no,
                asked_by=asked_by,
                starts_at=asked.starts_at,
                ends_at=asked.starts_at + (booking.ends_at - booking.starts_at),
                lines=[asdict(line) for line in found.lines],
                total=found.total,
                walker_earns=found.walker_earns,
                platform_fee=found.platform_fee,
                created_at=asked.at,
            )
        return row, booking

    async def latest(self, booking_id: UUID, person_id: UUID, *, at: datetime) -> RescheduleView:
        """NotFound for a stranger, and where nobody has asked for another time; to a walker, in her own time."""
        async with self._database.transaction() as session:
            booking = await _of_party(session, booking_id, person_id)
            row = await reschedules.latest(session, booking_id)
        is_theirs = row is not None and (booking.owner_id == person_id or row.assignment_no == booking.assignment_no)
        if row is None or not is_theirs:
            raise NotFound("Nobody has asked for another time")
        return RescheduleView(reschedule=row, booking=booking, status=_status(row, booking, at))

    async def open(self, request: OpenRescheduleRequest) -> None:
        """The workflow has taken it: the other side is told, and any other that was open is not."""
        async with self._database.transaction() as session:
            booking, row = await _both(session, request)
            await reschedules.open_only(session, row, expires_at=request.expires_at, at=request.change.at)
            said: dict[str, Any] = {"starts_at": row.starts_at.isoformat(), "total": money(row.total, booking.currency)}
            facts = Facts(change=request.change)
            facts.event("reschedule_asked", audience=parties(booking), asked_by=row.asked_by, **said)
            for person_id in _others(booking, row.asked_by):
                facts.message("reschedule_asked", person_id, expires_at=request.expires_at.isoformat(), **said)
            await facts.write(session)

    async def move(self, request: RescheduleRequest) -> RescheduleResult:
        """Calendar, row and proposal in one transaction; the exclusion constraint judges."""
        try:
            await self._database.run(lambda session: self._move(session, request))
        except IntegrityError as error:
            if constraint_name(error) != OVERLAP:
                raise
            return RescheduleResult(refusal="walker_conflict")
        return RescheduleResult()

    async def decline(self, request: DeclineRescheduleRequest) -> None:
        async with self._database.transaction() as session:
            booking, row = await _both(session, request)
            await reschedules.decide(session, row, "declined", at=request.change.at)
            facts = Facts(change=request.change)
            starts_at = row.starts_at.isoformat()
            facts.event("reschedule_declined", audience=parties(booking), starts_at=starts_at)
            for person_id in _asker(booking, row.asked_by):
                facts.message("reschedule_declined", person_id, starts_at=starts_at)
            await facts.write(session)

    async def lapse(self, request: LapseRescheduleRequest) -> None:
        """Both are told that the walk stays; who has had the walk meanwhile was never asked."""
        async with self._database.transaction() as session:
            booking, row = await _both(session, request)
            await reschedules.decide(session, row, "lapsed", at=request.change.at)
            asked = parties(booking) if booking.assignment_no == row.assignment_no else [booking.owner_id]
            facts, starts_at = Facts(change=request.change), row.starts_at.isoformat()
            facts.event("reschedule_lapsed", audience=asked, starts_at=starts_at)
            for person_id in asked:
                facts.message("reschedule_lapsed", person_id, starts_at=starts_at)
            await facts.write(session)

    async def _move(self, session: AsyncSession, request: RescheduleRequest) -> None:
        booking, row = await _both(session, request)
        await calendar.move(session, booking.id, starts_at=row.starts_at, ends_at=row.ends_at)
        await reschedules.decide(session, row, "accepted", at=request.change.at)
        facts = Facts(change=request.change, projection=_moved(row, request.original_starts_at))
        said: dict[str, Any] = {"starts_at": row.starts_at.isoformat(), "total": money(row.total, booking.currency)}
        facts.event("rescheduled", audience=parties(booking), **said)
        for person_id in parties(booking):
            facts.message("rescheduled", person_id, **said)
        await facts.write(session)


def _moved(row: Reschedule, original_starts_at: datetime | None) -> dict[str, object]:
    return {
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "asap": False,  # it has a time now, which the next walker who accepts must not move
        "original_starts_at": original_starts_at,
        "lines": row.lines,
        "total": row.total,
        "walker_earns": row.walker_earns,
        "platform_fee": row.platform_fee,
    }


def _status(row: Reschedule, booking: Booking, at: datetime) -> str:
    """Nobody can agree any more when its time is over, and when its walker or the walk is."""
    if row.status != "open":
        return row.status
    is_alive = booking.status == Status.ASSIGNED and booking.assignment_no == row.assignment_no
    return "open" if is_alive and row.expires_at is not None and at < row.expires_at else "lapsed"


def _refuse_if_unfit(booking: Booking, asked: Asked, policy: MarketPolicy) -> None:
    if booking.status != Status.ASSIGNED:
        expected = [Status.ASSIGNED.value]
        raise WrongState(f"The booking is {booking.status}", status=booking.status, expected=expected)
    if asked.starts_at == booking.starts_at:
        raise InvalidInput("That is when it begins already", code="same_time", pointer="/starts_at")
    if asked.starts_at < asked.at + timedelta(seconds=policy.offers.min_lead_s):
        raise InvalidInput("Too soon", code="too_soon", pointer="/starts_at")
    if asked.starts_at > asked.at + AHEAD_MAX:
        raise InvalidInput("More than a year ahead", code="too_far", pointer="/starts_at")


def _refuse_unless_shown(booking: Booking, found: PriceBreakdown, expected_total: int | None) -> None:
    if found.total != (booking.total if expected_total is None else expected_total):
        raise Conflict(
            "The walk costs something else at that time; send the total you agree to as `expected_total`",
            code="price_changed",
            total=money(found.total, booking.currency),
            lines=[asdict(line) for line in found.lines],
        )


async def _price(session: AsyncSession, booking: Booking, asked: Asked, policy: MarketPolicy) -> PriceBreakdown:
    """As when it was asked for the first time; a rate of the walker's own stays. Dogs must be vaccinated until then, too."""
    dogs = await bookings.dogs_of(session, booking.id)
    ends_at = asked.starts_at + (booking.ends_at - booking.starts_at)
    dates = dates_touched(starts_at=asked.starts_at, ends_at=ends_at, time_zone=booking.time_zone)
    check_vaccinated(dogs, gates=policy.gates, last_day=dates[-1], pointer=lambda _: "/starts_at")
    return price(
        pricing=policy.pricing,
        currency=booking.currency,
        service=booking.service,
        born_on=[birthday_of(dog, today=dates[0]) for dog in dogs],
        dates=dates,
        lead_s=(asked.starts_at - asked.at).total_seconds(),
        own_rate=base_of(booking.lines),
    )


async def _of_party(session: AsyncSession, booking_id: UUID, person_id: UUID) -> Booking:
    booking = await bookings.for_party(session, booking_id, person_id)
    if booking is None:
        raise NotFound("No such booking")
    return booking


async def _both(
    session: AsyncSession,
    request: OpenRescheduleRequest | RescheduleRequest | DeclineRescheduleRequest | LapseRescheduleRequest,
) -> tuple[Booking, Reschedule]:
    booking = await locked(session, request.change)
    row = await reschedules.get(session, request.reschedule_id)
    if row is None or row.booking_id != booking.id:
        raise NotFound("Nobody has asked for that time")
    return booking, row


def _asker(booking: Booking, asked_by: str) -> list[UUID]:
    person_id = booking.owner_id if asked_by == "owner" else booking.walker_id
    return [person_id] if person_id else []


def _others(booking: Booking, asked_by: str) -> list[UUID]:
    return [one for one in parties(booking) if one not in _asker(booking, asked_by)]
