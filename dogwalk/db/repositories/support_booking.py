"""Bookings as support searches them, and those that are in trouble now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select

from dogwalk.db.models.booking import Booking, BookingEvent, Offer
from dogwalk.db.models.payment import LedgerJournal, LedgerPosting
from dogwalk.db.models.tracking import Walk
from dogwalk.domain.booking import Status
from dogwalk.domain.ledger import MUST_BE_ZERO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession


UNTAKEN = ("held", "unknown")  # though the service has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """None asks for nothing. `person_id` is the owner or the walker."""

    status: str | None = None
    outcome: str | None = None
    market_id: str | None = None
    person_id: UUID | None = None
    on_hold: bool | None = None
    needs_attention: bool | None = None
    starts_from: datetime | None = None
    starts_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on something is trouble."""

    silent_after: timedelta
    stuck_after: timedelta
    untaken_after: timedelta
    unmatched_before_start: timedelta


async def page(
    session: AsyncSession, search: Search, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Booking]:
    """The latest start first."""
    statement = select(Booking).where(Booking.revealed_at.is_not(None), *_conditions(search))
    if before:
        statement = statement.where(func.row(Booking.starts_at, Booking.id) < func.row(*before))
    return (await session.scalars(statement.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(limit))).all()


async def get(session: AsyncSession, booking_id: UUID) -> Booking | None:
    """If it is shown to anybody at all."""
    return await session.scalar(select(Booking).where(Booking.id == booking_id, Booking.revealed_at.is_not(None)))


async def events(session: AsyncSession, booking_id: UUID) -> Sequence[BookingEvent]:
    """The whole story, with what its parties do not see; oldest first."""
    statement = select(BookingEvent).where(BookingEvent.booking_id == booking_id)
    return (await session.scalars(statement.order_by(BookingEvent.version, BookingEvent.n))).all()


async def offers(session: AsyncSession, booking_id: UUID) -> Sequence[Offer]:
    """Everybody who was asked, with the parts of her score."""
    statement = select(Offer).where(Offer.booking_id == booking_id)
    return (await session.scalars(statement.order_by(Offer.round, Offer.wave, Offer.rank))).all()


async def late(session: AsyncSession, *, at: datetime, limit: int) -> Sequence[Booking]:
    """Begun by the clock, and nobody has arrived."""
    waiting = Booking.status.in_([Status.ASSIGNED, Status.ON_THE_WAY])
    return await _running(session, waiting, Booking.starts_at < at, limit=limit)


async def silent(session: AsyncSession, limits: Limits, *, at: datetime, limit: int) -> Sequence[Booking]:
    """The dog is out, and its walker's phone says nothing. To a meeting, which costs nothing, it stays at home."""
    heard = exists().where(
        Walk.booking_id == Booking.id,
        Walk.assignment_no == Booking.assignment_no,
        func.greatest(Walk.last_at, Walk.started_at) >= at - limits.silent_after,
    )
    is_out = (Booking.status == Status.IN_PROGRESS, Booking.total > 0)
    return await _running(session, *is_out, ~heard, limit=limit)


async def with_incident(session: AsyncSession, *, limit: int) -> Sequence[Booking]:
    """Something happened, and support has not released it."""
    return await _running(session, Booking.incident.is_(True), limit=limit)


async def unmatched(session: AsyncSession, limits: Limits, *, at: datetime, limit: int) -> Sequence[Booking]:
    """Soon to begin, and nobody has accepted."""
    soon = Booking.starts_at < at + limits.unmatched_before_start
    return await _running(session, Booking.status == Status.MATCHING, soon, limit=limit)


async def unbalanced(session: AsyncSession, *, closed_after: datetime, limit: int) -> Sequence[Booking]:
    """Closed, though an account that must be empty is not; or kept open for that reason."""
    must_be_zero = [account.value for account in MUST_BE_ZERO]
    uneven = (
        select(LedgerJournal.booking_id)
        .join(LedgerPosting, LedgerPosting.journal_id == LedgerJournal.id)
        .where(LedgerPosting.account.in_(must_be_zero))
        .group_by(LedgerJournal.booking_id, LedgerPosting.account)
        .having(func.sum(LedgerPosting.amount) != 0)
    )
    closed = (Booking.closed_at >= closed_after) & Booking.id.in_(uneven)
    statement = select(Booking).where(or_(closed, Booking.needs_attention == "ledger_unbalanced"))
    return (await session.scalars(statement.order_by(Booking.starts_at, Booking.id).limit(limit))).all()


async def stuck(session: AsyncSession, limits: Limits, *, at: datetime, limit: int) -> Sequence[Booking]:
    """Something calls for a person, or its money has been on the way for longer than money takes."""
    overdue = Booking.ended_at < at - limits.stuck_after
    untaken = Booking.payment_status.in_(UNTAKEN) & (Booking.ended_at < at - limits.untaken_after)
    return await _running(session, or_(Booking.needs_attention.is_not(None), overdue, untaken), limit=limit)


async def _running(session: AsyncSession, *conditions: ColumnElement[bool], limit: int) -> Sequence[Booking]:
    statement = select(Booking).where(Booking.closed_at.is_(None), Booking.revealed_at.is_not(None), *conditions)
    return (await session.scalars(statement.order_by(Booking.starts_at, Booking.id).limit(limit))).all()


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    flags = {True: Booking.needs_attention.is_not(None), False: Booking.needs_attention.is_(None)}
    asked: list[ColumnElement[bool] | None] = [
        Booking.status == search.status if search.status else None,
        Booking.outcome == search.outcome if search.outcome else None,
        Booking.market_id == search.market_id if search.market_id else None,
        Booking.on_hold.is_(search.on_hold) if search.on_hold is not None else None,
        flags[search.needs_attention] if search.needs_attention is not None else None,
        Booking.starts_at >= search.starts_from if search.starts_from else None,
        Booking.starts_at < search.starts_to if search.starts_to else None,
        or_(Booking.owner_id == search.person_id, Booking.walker_id == search.person_id) if search.person_id else None,
    ]
    return [condition for condition in asked if condition is not None]
