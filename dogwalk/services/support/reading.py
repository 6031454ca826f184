"""Bookings as support sees them: all of it, with who was asked by which score, the money, the tasks and the deeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.models.booking import Booking, BookingEvent, Offer
from dogwalk.db.models.household import Dog, Home
from dogwalk.db.models.payment import LedgerJournal, LedgerPosting, Payment, Payout, Refund
from dogwalk.db.models.person import Person
from dogwalk.db.models.photo import WalkReport
from dogwalk.db.models.support import Approval, AuditEntry, SupportTask
from dogwalk.db.repositories import (
    approval,
    audit,
    ledger,
    payment,
    recipient,
    support_booking,
    support_task,
    walk_report,
)
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories.support_booking import Limits, Search
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database

ROWS = 50
SILENT_AFTER = timedelta(minutes=10)
UNMATCHED_BEFORE_START = timedelta(hours=2)
# The walker is paid 48 h after the end; a day more is trouble.
LIMITS = Limits(
    silent_after=SILENT_AFTER,
    stuck_after=timedelta(hours=72),
    untaken_after=timedelta(hours=1),
    unmatched_before_start=UNMATCHED_BEFORE_START,
)
CLOSED_LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    payouts: Sequence[Payout]
    ledger: Sequence[tuple[LedgerJournal, LedgerPosting]]
    balances: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FullView:
    booking: Booking
    home: Home
    dogs: Sequence[Dog]
    people: Mapping[UUID, Person]
    offers: Sequence[Offer]
    events: Sequence[BookingEvent]
    money: Money
    tasks: Sequence[SupportTask]
    approvals: Sequence[Approval]
    deeds: Sequence[AuditEntry]
    report: WalkReport | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """At most ROWS of each: whoever sees 50 late walks needs no exact number."""

    incidents: Sequence[Booking]
    late: Sequence[Booking]
    silent: Sequence[Booking]
    unmatched: Sequence[Booking]
    unbalanced: Sequence[Booking]
    stuck: Sequence[Booking]


class SupportReader:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def page(self, search: Search, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Booking]:
        async with self._database.transaction() as session:
            return await support_booking.page(session, search, before=before, limit=limit)

    async def row(self, booking_id: UUID) -> Booking:
        async with self._database.transaction() as session:
            return await _shown(session, booking_id)

    async def get(self, booking_id: UUID) -> FullView:
        async with self._database.transaction() as session:
            booking = await _shown(session, booking_id)
            asked = await support_booking.offers(session, booking_id)
            named = {booking.owner_id, *(offer.walker_id for offer in asked)}
            return FullView(
                booking=booking,
                home=await bookings.home(session, booking.home_id),
                dogs=await bookings.dogs_of(session, booking_id),
                people=await recipient.people(session, named | ({booking.walker_id} if booking.walker_id else set())),
                offers=asked,
                events=await support_booking.events(session, booking_id),
                money=await _money(session, booking_id),
                tasks=await support_task.of_booking(session, booking_id),
                approvals=await approval.of_booking(session, booking_id),
                deeds=await audit.of_booking(session, booking_id),
                report=await walk_report.get(session, booking_id),
            )

    async def board(self, *, at: datetime) -> Board:
        async with self._database.transaction() as session:
            return Board(
                incidents=await support_booking.with_incident(session, limit=ROWS),
                late=await support_booking.late(session, at=at, limit=ROWS),
                silent=await support_booking.silent(session, LIMITS, at=at, limit=ROWS),
                unmatched=await support_booking.unmatched(session, LIMITS, at=at, limit=ROWS),
                unbalanced=await support_booking.unbalanced(session, closed_after=at - CLOSED_LATELY, limit=ROWS),
                stuck=await support_booking.stuck(session, LIMITS, at=at, limit=ROWS),
            )


async def _shown(session: AsyncSession, booking_id: UUID) -> Booking:
    booking = await support_booking.get(session, booking_id)
    if booking is None:
        raise NotFound("No such booking")
    return booking


async def _money(session: AsyncSession, booking_id: UUID) -> Money:
    return Money(
        payments=await payment.of_booking(session, booking_id),
        refunds=await payment.refunds_of(session, booking_id),
        payouts=await payment.payouts_of(session, booking_id),
        ledger=await ledger.lines(session, booking_id),
        balances=await ledger.balances(session, booking_id),
    )
