"""An incident: told to support before the booking hears of it, then to whom it concerns; what it stops, and sets free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import outbox, support_task
from dogwalk.db.repositories import payment as payments
from dogwalk.domain.booking import WAITING
from dogwalk.errors import NotFound, WrongState
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.payment.pay_hold import keep_back, let_go
from dogwalk.services.report_card import send_report_card

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.domain.incident import IncidentKind

TASK = "incident"
LOOKED_INTO = "Support has looked into the incident"


class Incidents:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def write_down(
        self, incident_id: UUID, *, booking_id: UUID, person_id: UUID, kind: IncidentKind, notes: str, at: datetime
    ) -> str:
        """Opens the task for support, once for each `incident_id`; its `notes` stand nowhere else. Answers whether it was
        the owner or the walker. NotFound for anybody else; WrongState while nobody is to walk the dog.
        """
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, person_id)
            if booking is None:
                raise NotFound("No such booking")
            if booking.status in WAITING:
                raise WrongState(f"The booking is {booking.status}", status=booking.status, expected=[])
            by = "owner" if booking.owner_id == person_id else "walker"
            await support_task.open(
                session,
                key=f"booking-{booking_id}:incident:{incident_id}",
                kind=TASK,
                reason=f"{kind.value}, says the {by}: {notes}",
                booking_id=booking_id,
                at=at,
            )
        return by


async def tell_of_incident(session: AsyncSession, booking: Booking, facts: Facts, *, is_open: bool | None) -> None:
    """To her emergency contact; and once support has looked, what its owner was not told meanwhile. None: no news of it."""
    if is_open:
        facts.message("incident_contact", booking.owner_id)
    elif is_open is not None:
        await _tell_receipt(session, booking, facts)


async def follow_incident(session: AsyncSession, booking: Booking, *, at: datetime) -> None:
    """With the booking locked and its row written: no pay leaves that is not under way; or it is free, tasks are done."""
    await session.refresh(booking)
    if booking.incident:
        await keep_back(session, booking.id)
        return
    await let_go(session, booking)
    await support_task.overtake(session, booking.id, TASK, resolution=LOOKED_INTO, at=at)
    await send_report_card(session, booking, at=at)


async def _tell_receipt(session: AsyncSession, booking: Booking, facts: Facts) -> None:
    """Where the money was taken while she was told nothing; what is taken later tells it by itself."""
    rows = await payments.of_booking(session, booking.id)
    paid = sum(row.amount_captured - row.amount_refunded for row in rows)
    if paid and not await outbox.is_told(session, booking.id, "receipt"):
        facts.message("receipt", booking.owner_id, total=money(paid, booking.currency))
