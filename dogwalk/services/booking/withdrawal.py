"""A walker gives a booking back: it is looked for another one, and what is late stands on her record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import calendar
from dogwalk.domain.booking import Status
from dogwalk.services.booking import strikes
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked

if TYPE_CHECKING:
    from dogwalk.contracts.booking import WithdrawRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
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
                await strikes.late_cancel(
                    session,
                    booking,
                    walker_id=request.walker_id,
                    assignment_no=request.assignment_no,
                    at=request.change.at,
                )
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
