"""Nobody opens: whether the walker was at the door and tried to reach the owner is in Postgres, and the end is written with
the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.booking import NoAccessResult
from dogwalk.db.repositories import calendar, contact_attempt
from dogwalk.domain.booking import Outcome, Status
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked, parties

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import NoAccessRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.services.tracking.walk import WalkRecorder


class NoAccesses:
    def __init__(self, *, database: Database, recorder: WalkRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def declare(self, request: NoAccessRequest) -> NoAccessResult:
        """One transaction decides and ends the booking. A repeat after a lost answer says the same again."""
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            if booking.outcome == Outcome.NO_ACCESS:
                return NoAccessResult()
            refused = await self._refusal(session, request)
            if refused is None:
                await self._end(session, booking, request)
            return refused or NoAccessResult()

    async def _refusal(self, session: AsyncSession, request: NoAccessRequest) -> NoAccessResult | None:
        booking_id, assignment_no = request.change.booking_id, request.assignment_no
        waited = await self._recorder.waited_at_home(
            session,
            booking_id=booking_id,
            assignment_no=assignment_no,
            since=request.waited_from,
            until=request.occurred_at,
            seen_within_s=request.policy.seen_within_s,
        )
        if not waited:
            return NoAccessResult(refusal="not_at_home")
        attempts = await contact_attempt.count(
            session, booking_id, assignment_no, since=request.arrived_at, until=request.occurred_at
        )
        if attempts < request.policy.attempts_min:
            return NoAccessResult(refusal="owner_not_contacted", attempts=attempts)
        return None

    async def _end(self, session: AsyncSession, booking: Booking, request: NoAccessRequest) -> None:
        await calendar.free(session, booking.id)
        await self._recorder.close(session, booking_id=booking.id, assignment_no=request.assignment_no)
        fee, refund = money(request.fee, booking.currency), money(request.refund, booking.currency)
        facts = Facts(
            change=request.change,
            projection={
                "status": Status.NO_ACCESS.value,
                "outcome": Outcome.NO_ACCESS.value,
                "ended_at": request.change.at,
                "needs_attention": None,
            },
        )
        facts.event("no_access", audience=parties(booking), fee=fee, refund=refund)
        facts.message("no_access", booking.owner_id, fee=fee, refund=refund)
        await facts.write(session)
