"""Word of a walker whom a stand-by has replaced: her phone was offline at the door (booking-life.md: Late).

She is a stranger to the booking by now and the walk stays the other's; what her tap proves is that she was no late cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import booking_event, strike, support_task
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.booking import effective_time
from dogwalk.domain.strike import LATE_CANCEL
from dogwalk.services.booking import strikes
from dogwalk.services.tracking import presence

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.walker import WalkerStrike
    from dogwalk.db.session import Database

REASON = "A stand-by took the walk over; now the first walker's phone says that she had arrived before"


class LateProofs:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def hear(self, booking_id: UUID, walker_id: UUID, *, claimed: datetime | None, now: datetime) -> bool:
        """Whether an arrival tapped at `claimed` takes her strike back; support is told. Once, however often it is sent."""
        async with self._database.transaction() as session:
            booking = await bookings.get(session, booking_id, lock=True)
            late = await _taken_over(session, booking_id, walker_id)
            if booking is None or late is None:
                return False
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
            arrived_at = effective_time(claimed, now=now, policy=policy.walking)
            if not await _is_proof(session, late, arrived_at):
                return False
            await strikes.take_back(session, late, policy=policy.withdrawal, at=now)
            await support_task.open(
                session,
                key=f"booking-{booking_id}:late_proof:{late.assignment_no}",
                kind="late_proof",
                reason=REASON,
                at=now,
                booking_id=booking_id,
                person_id=walker_id,
            )
            return True


async def _taken_over(session: AsyncSession, booking_id: UUID, walker_id: UUID) -> WalkerStrike | None:
    """The late cancel she has from losing this walk to a stand-by, not from giving it back herself."""
    events = await booking_event.for_booking(session, booking_id, walker_id)
    lost_at = {event.at for event in events if event.type == "taken_over"}
    standing = await strike.standing(session, booking_id, walker_id, kind=LATE_CANCEL)
    return next((one for one in standing if one.at in lost_at), None)


async def _is_proof(session: AsyncSession, late: WalkerStrike, arrived_at: datetime) -> bool:
    return arrived_at < late.at and not await presence.contradicts(
        session, late.booking_id, late.assignment_no, arrived_at=arrived_at
    )
