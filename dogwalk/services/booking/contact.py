"""The walker at a closed door calls the owner, and says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import contact_attempt
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.booking import AT_THE_DOOR, effective_time
from dogwalk.errors import NotFound, WrongState

if TYPE_CHECKING:
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`attempts`: how often she tried since she is at the door, messages among them; `needed` before she may give up."""

    id: UUID
    at: datetime
    attempts: int
    needed: int


class Contacts:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def called(
        self, call_id: UUID, *, booking_id: UUID, walker_id: UUID, claimed: datetime | None, now: datetime
    ) -> Call:
        """NotFound for anybody but its walker; WrongState unless she is at the door."""
        async with self._database.transaction() as session:
            booking = _hers(await bookings.for_party(session, booking_id, walker_id), walker_id)
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
            at = min(effective_time(claimed, now=now, policy=policy.walking), now)
            await contact_attempt.add(
                session,
                call_id,
                booking_id=booking_id,
                assignment_no=booking.assignment_no,
                kind="call",
                at=at,
                created_at=now,
            )
            since = booking.arrived_at or now
            attempts = await contact_attempt.count(session, booking_id, booking.assignment_no, since=since, until=now)
        return Call(id=call_id, at=at, attempts=attempts, needed=policy.no_access.attempts_min)


def _hers(booking: Booking | None, walker_id: UUID) -> Booking:
    if booking is None or booking.walker_id != walker_id:
        raise NotFound("No such booking")
    if booking.status not in AT_THE_DOOR:
        expected = [status.value for status in AT_THE_DOOR]
        raise WrongState(f"The booking is {booking.status}", status=booking.status, expected=expected)
    return booking
