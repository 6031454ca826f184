"""Bookings as their two people may see them. A stranger's booking is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Dog, Home
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import booking_seen, tracking_session
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import walk as walks
from dogwalk.db.repositories.booking_seen import PageFilter, Seen, WalkerCard
from dogwalk.domain.booking import MAY_WITHDRAW, Status
from dogwalk.domain.cancellation import CancellationTerms, cancellation_terms
from dogwalk.domain.lateness import credit_so_far, late_minutes
from dogwalk.domain.pricing import SERVICE_FEE
from dogwalk.errors import NotFound
from dogwalk.services.tracking.live import scene_of

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway

ADDRESS_SHOWN_FOR = timedelta(hours=24)  # to the walker, after the end (api.md)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingView:
    """`shows_address`: the viewer is the owner, or the assigned walker until 24 h after the end. `client_secret` is for
    the owner's 3-D Secure, fetched for one booking alone. `late_minutes`: of the walker, so far or when she arrived; None
    in time. `eta`: when the walker on her way will be there, told of one booking alone.
    """

    booking: Booking
    dogs: Sequence[Dog]
    home: Home
    walker: WalkerCard | None
    is_owner: bool
    shows_address: bool
    late_minutes: int | None = None
    client_secret: str | None = None
    eta: datetime | None = None


class BookingReader:
    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def get(self, booking_id: UUID, person_id: UUID, *, at: datetime) -> BookingView:
        """NotFound for one who is no party to it."""
        async with self._database.transaction() as session:
            seen = await booking_seen.of_party(session, booking_id, person_id)
            if seen is None:
                raise NotFound("No such booking")
            view = replace((await _views(session, [seen], person_id, at))[0], eta=await _eta(session, seen))
            intent_id = await _waiting_intent(session, seen.booking)
        if not view.is_owner or intent_id is None:
            return view
        return replace(view, client_secret=await self._gateway.get_client_secret(payment_intent_id=intent_id))

    async def page(
        self,
        person_id: UUID,
        *,
        chosen: PageFilter,
        before: tuple[datetime, UUID] | None,
        limit: int,
        at: datetime,
    ) -> list[BookingView]:
        """Latest start first; two queries, however many bookings."""
        async with self._database.transaction() as session:
            found = await booking_seen.page_for(session, person_id, chosen=chosen, before=before, limit=limit)
            return await _views(session, found, person_id, at)

    async def owned(self, booking_id: UUID, owner_id: UUID) -> Booking:
        """The bare row, for a command of its owner's. NotFound for anybody else."""
        async with self._database.transaction() as session:
            booking = await _of_party(session, booking_id, owner_id)
        return _or_not_found(booking, booking.owner_id == owner_id)

    async def walked_by(self, booking_id: UUID, walker_id: UUID) -> Booking:
        """The bare row, for a command of the assigned walker's. NotFound for anybody else."""
        async with self._database.transaction() as session:
            booking = await _of_party(session, booking_id, walker_id)
        return _or_not_found(booking, booking.walker_id == walker_id)

    async def had_by(self, booking_id: UUID, walker_id: UUID) -> None:
        """NotFound for one who never was to walk it."""
        async with self._database.transaction() as session:
            if await tracking_session.latest_walk(session, booking_id, walker_id) is None:
                raise NotFound("No such booking")

    async def status(self, booking_id: UUID) -> str:
        async with self._database.transaction() as session:
            booking = await bookings.get(session, booking_id)
        if booking is None:
            raise NotFound("No such booking")
        return booking.status

    async def cancellation(
        self, booking_id: UUID, owner_id: UUID, *, at: datetime
    ) -> tuple[Booking, CancellationTerms]:
        """What the owner's cancellation would cost at `at`, by the policy frozen in; the workflow judges by the same."""
        async with self._database.transaction() as session:
            booking = await _of_party(session, booking_id, owner_id)
            _or_not_found(booking, booking.owner_id == owner_id)
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
        service_fee = sum(line["amount"] for line in booking.lines if line["kind"] == SERVICE_FEE)
        terms = cancellation_terms(
            total=booking.total,
            lines_sum=booking.total - service_fee,
            service_fee=service_fee,
            walker_earns=booking.walker_earns,
            status=Status(booking.status),
            assigned_at=booking.assigned_at,
            starts_at=booking.starts_at,
            original_starts_at=booking.original_starts_at,
            at=at,
            policy=policy.cancellation,
        )
        credit = credit_so_far(
            lines_total=booking.total - service_fee,
            starts_at=booking.starts_at,
            arrived_at=booking.arrived_at,
            at=at,
            policy=policy.lateness,
        )
        return booking, terms.with_late_credit(credit)


async def _of_party(session: AsyncSession, booking_id: UUID, person_id: UUID) -> Booking:
    booking = await bookings.for_party(session, booking_id, person_id)
    if booking is None:
        raise NotFound("No such booking")
    return booking


def _or_not_found(booking: Booking, is_theirs: bool) -> Booking:  # noqa: FBT001 the one question asked
    if not is_theirs:
        raise NotFound("No such booking")
    return booking


async def _views(session: AsyncSession, found: Sequence[Seen], person_id: UUID, at: datetime) -> list[BookingView]:
    dogs = await bookings.dogs_of_many(session, [seen.booking.id for seen in found]) if found else {}
    return [_view(seen, dogs.get(seen.booking.id, []), person_id, at) for seen in found]


def _view(seen: Seen, dogs: Sequence[Dog], person_id: UUID, at: datetime) -> BookingView:
    booking = seen.booking
    return BookingView(
        booking=booking,
        dogs=dogs,
        home=seen.home,
        walker=seen.walker,
        is_owner=booking.owner_id == person_id,
        shows_address=booking.owner_id == person_id or _still_hers(booking, at),
        late_minutes=_late_minutes(booking, at),
    )


def _late_minutes(booking: Booking, at: datetime) -> int | None:
    is_awaited = booking.walker_id is not None and booking.status in MAY_WITHDRAW
    arrived_at = booking.arrived_at or (at if is_awaited else None)
    return (late_minutes(starts_at=booking.starts_at, arrived_at=arrived_at) or None) if arrived_at else None


def _still_hers(booking: Booking, at: datetime) -> bool:
    return booking.ended_at is None or at < booking.ended_at + ADDRESS_SHOWN_FOR


async def _waiting_intent(session: AsyncSession, booking: Booking) -> str | None:
    if booking.payment_action_kind != "authenticate":
        return None
    holds = await payments.holds_of(session, booking.id)
    return holds[-1].payment_intent_id if holds else None


async def _eta(session: AsyncSession, seen: Seen) -> datetime | None:
    booking = seen.booking
    if booking.status != Status.ON_THE_WAY:
        return None
    walk = await walks.get(session, booking.id, booking.assignment_no)
    return scene_of(booking, walk, seen.home, is_walker=False).shown().eta
