"""A walker gives a booking back: it is looked for another one, and what is late stands on her record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import calendar, strike
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.booking import Status
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import WithdrawRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import Withdrawal
    from dogwalk.services.tracking.walk import WalkRecorder

# What the next walker's own steps will fill again.
NOBODYS: dict[str, object] = {
    "status": Status.MATCHING.value,
    "walker_id": None,
    "assigned_at": None,
    "on_the_way_at": None,
    "arrived_at": None,
}


class Withdrawals:
    def __init__(self, *, database: Database, recorder: WalkRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def withdraw(self, request: WithdrawRequest) -> None:
        """Calendar, address, positions and offers in one transaction: from here on she is a stranger to this home."""
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            await calendar.free(session, booking.id)
            await self._recorder.close(session, booking_id=booking.id, assignment_no=request.assignment_no)
            if request.late:
                await _late(session, booking, request)
            facts = Facts(change=request.change, projection=dict(NOBODYS))
            _tell(facts, booking, request)
            await facts.write(session)


def _tell(facts: Facts, booking: Booking, request: WithdrawRequest) -> None:
    audience = [booking.owner_id, request.walker_id]
    if request.by == "support":
        facts.event("reassigned", audience=audience)
        facts.message("walk_taken_back", request.walker_id)
    else:
        facts.event("withdrawn", audience=audience, late=request.late)
    facts.message("walker_withdrew", booking.owner_id)


async def _late(session: AsyncSession, booking: Booking, request: WithdrawRequest) -> None:
    """A repeat finds the strike and counts it no second time."""
    at, walker_id = request.change.at, request.walker_id
    is_new = await strike.add(
        session,
        walker_id=walker_id,
        booking_id=booking.id,
        assignment_no=request.assignment_no,
        kind="late_cancel",
        at=at,
    )
    if is_new:
        policy = await policies.by_version(session, booking.market_id, booking.policy_version)
        blocked_until = await _blocked_until(session, walker_id, policy.withdrawal, at)
        await strike.record_late_cancel(session, walker_id, blocked_until=blocked_until)


async def _blocked_until(session: AsyncSession, walker_id: UUID, policy: Withdrawal, at: datetime) -> datetime | None:
    """The first is forgiven; the second blocks for a day, each next for a month."""
    since = at - timedelta(seconds=policy.counted_for_s)
    again = await strike.count_since(session, walker_id, kind="late_cancel", since=since) - 1
    if again < 1:
        return None
    return at + timedelta(seconds=policy.blocks_s[min(again, len(policy.blocks_s)) - 1])
