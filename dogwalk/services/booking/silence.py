"""A phone that is not heard of while the dog is out: who is told of it, unless it was heard again meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import SilenceResult
from dogwalk.db.repositories import support_task
from dogwalk.db.repositories import walk as walks
from dogwalk.domain.ladder import CLOCKS_DIFFER, Rung
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked, parties

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import SilenceRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database

# rung → (event, the walker's message, the owner's)
TOLD = {
    Rung.SILENT: ("walk_silent", "silent_push", None),
    Rung.SILENT_SMS: ("walker_texted", "silent_sms", None),
    Rung.SILENT_CALL: ("silence_escalated", None, "walk_silent"),
    Rung.HEARD_AGAIN: ("heard_again", None, None),
}
TASK = "call_walker"


class Silences:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def tell(self, request: SilenceRequest) -> SilenceResult:
        """Compared with the positions there are: a signal may have waited while the phone came back. Written once by the
        change's version.
        """
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            if not await _still_true(session, request):
                return SilenceResult(told=False)
            await _facts(booking, request).write(session)
            if request.rung is Rung.SILENT_CALL:
                await _call(session, request)
            elif request.rung is Rung.HEARD_AGAIN:
                await no_call_needed(session, booking.id, resolution="The phone was heard again", at=request.change.at)
            return SilenceResult(told=True)


async def _still_true(session: AsyncSession, request: SilenceRequest) -> bool:
    """That the phone was heard again stays true, whatever comes after."""
    if request.rung is Rung.HEARD_AGAIN:
        return True
    walk = await walks.get(session, request.change.booking_id, request.assignment_no)
    heard = [moment for moment in (request.started_at, walk.last_at if walk else None) if moment is not None]
    silent_for = request.change.at - max(heard, default=request.change.at)
    return silent_for + CLOCKS_DIFFER >= timedelta(seconds=request.silent_for_s)


def _facts(booking: Booking, request: SilenceRequest) -> Facts:
    event, to_walker, to_owner = TOLD[request.rung]
    facts = Facts(change=request.change)
    facts.event(event, audience=parties(booking))
    if to_walker and booking.walker_id is not None:
        facts.message(to_walker, booking.walker_id)
    if to_owner:
        facts.message(to_owner, booking.owner_id)
    if request.rung is Rung.HEARD_AGAIN and request.owner_knows:
        facts.message("heard_again", booking.owner_id)
    return facts


async def _call(session: AsyncSession, request: SilenceRequest) -> None:
    booking_id = request.change.booking_id
    await support_task.open(
        session,
        key=f"booking-{booking_id}:{TASK}:{request.assignment_no}:{request.due_at.isoformat()}",
        kind=TASK,
        reason="The phone is silent while the dog is out: call the walker",
        booking_id=booking_id,
        at=request.change.at,
    )


async def no_call_needed(session: AsyncSession, booking_id: UUID, *, resolution: str, at: datetime) -> None:
    await support_task.overtake(session, booking_id, TASK, resolution=resolution, at=at)
