"""A walk begins later, by no fault of anybody's (a storm): row and calendar move, price and hold stay.

It is asked for by a signal, which comes past no door, and whose handler runs again in every replay: so its grant is looked
at here, and the answer stands in the history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from dogwalk.contracts.booking import DelayResult
from dogwalk.db.repositories import calendar, support_task
from dogwalk.db.session import constraint_name
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked, parties

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import DelayRequest
    from dogwalk.db.session import Database
    from dogwalk.services.support.grants import Grants

OVERLAP = "ex_walker_calendar_no_overlap"


class Delays:
    def __init__(self, *, database: Database, grants: Grants) -> None:
        self._database = database
        self._grants = grants

    async def delay(self, request: DelayRequest) -> DelayResult:
        """Not moved when the walker has another walk then: support has a task, and decides. Refused, and nothing written,
        without a grant for exactly this booking and command, however old: no worker may have been up.
        """
        if request.command is None or not self._grants.holds("delay", request.change.booking_id, request.command):
            return DelayResult(is_moved=False, refusal="grant_required")
        try:
            await self._database.run(lambda session: self._move(session, request))
        except IntegrityError as error:
            if constraint_name(error) != OVERLAP:
                raise
            await self._ask_support(request)
            return DelayResult(is_moved=False)
        return DelayResult(is_moved=True)

    async def _move(self, session: AsyncSession, request: DelayRequest) -> None:
        booking = await locked(session, request.change)
        await calendar.move(session, booking.id, starts_at=request.starts_at, ends_at=request.ends_at)
        moved = {"starts_at": request.starts_at, "ends_at": request.ends_at, "asap": False}
        facts = Facts(change=request.change, projection=moved)
        said: dict[str, Any] = {"cause": request.cause, "starts_at": request.starts_at.isoformat()}
        facts.event("walk_delayed", audience=parties(booking), **said)
        for person_id in parties(booking):
            facts.message("walk_delayed", person_id, **said)
        await facts.write(session)

    async def _ask_support(self, request: DelayRequest) -> None:
        change = request.change
        async with self._database.transaction() as session:
            await support_task.open(
                session,
                key=f"{change.booking_id}:delay:{change.version}",
                kind="delay_conflict",
                booking_id=change.booking_id,
                reason=f"{request.cause}: the walker has another walk at the later time",
                at=change.at,
            )
            await Facts(change=change).write(session)
