"""Bookings whose workflow is gone though they are not closed: somebody pressed Terminate. Found, made good, told.

Only here another than the workflow writes a booking, for there is none any more. Every step is keyed by its fact, so that
a pass broken off is done by the next. Of workflows that Temporal does not know at all support is told and no more: a
server that lost its data must not call off every booking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from dogwalk.contracts.booking import (
    Change,
    Charge,
    CollectRequest,
    Deed,
    EndRequest,
    SettleRequest,
    workflow_id,
)
from dogwalk.db.repositories import audit, support_task
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import reconciliation as rows
from dogwalk.domain.booking import Outcome
from dogwalk.errors import DogwalkError, NotFound
from dogwalk.ports import Fate

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.ports import LastRun, RunningBookings
    from dogwalk.services.booking.ending import Endings
    from dogwalk.services.payment.collection import Collections
    from dogwalk.services.payment.settlement import Settlements

log = structlog.get_logger(__name__)

GONE = "workflow_gone"
ACTOR = "reconciliation"
REASON = "Its workflow is not running, and it is not closed"


class Reconciliation:
    """`look_at`: how many open bookings a pass asks Temporal for, one by one, beside those it lists as ended."""

    def __init__(
        self,
        *,
        database: Database,
        running: RunningBookings,
        endings: Endings,
        collections: Collections,
        settlements: Settlements,
        look_at: int = 100,
    ) -> None:
        self._database = database
        self._running = running
        self._endings = endings
        self._collections = collections
        self._settlements = settlements
        self._look_at = look_at
        self._last: UUID | None = None

    async def run(self, *, at: datetime) -> list[UUID]:
        """The bookings made good by this pass. Unavailable without Temporal."""
        suspects = {*await self._running.ended_badly(), *await self._next_page()}
        async with self._database.transaction() as session:
            still_open = await rows.open_among(session, suspects)
        return [booking_id for booking_id in still_open if await self._make_good(booking_id, at)]

    async def _next_page(self) -> list[UUID]:
        """Every open booking comes up in turn, so that one Temporal has forgotten altogether is found too."""
        async with self._database.transaction() as session:
            page = await rows.open_after(session, self._last, limit=self._look_at)
        self._last = page[-1] if len(page) == self._look_at else None
        return page

    async def _make_good(self, booking_id: UUID, at: datetime) -> bool:
        last = await self._running.last_run(booking_id)
        if last.fate is Fate.RUNNING or await self._is_told(booking_id, last):
            return False
        try:
            booking = await self._read(booking_id)
            if booking.closed_at is not None:
                return False
            was = booking.status
            if booking.outcome is None and last.fate is Fate.ENDED:
                await self._call_off(booking, at)
            await self._tell_support(booking_id, _key(booking_id, last), was, at)
        except DogwalkError as error:  # the next pass tries again; others must not wait for this one
            log.warning("reconciliation_failed", booking_id=str(booking_id), code=error.code)
            return False
        log.warning("workflow_gone", booking_id=str(booking_id), status=was)
        return True

    async def _call_off(self, booking: Booking, at: datetime) -> None:
        """Nobody walks it any more, or can say that it was walked: everybody is told, the hold let go, the books closed."""
        await self._endings.end(
            EndRequest(
                change=await self._change(booking.id, at),
                outcome=Outcome.CANCELLED_BY_SUPPORT,
                reason=GONE,
                refund=booking.total,
            )
        )
        change = await self._change(booking.id, at)
        await self._collections.collect(CollectRequest(change=change, charge=Charge(captured=0), payout_due_at=at))
        await self._settlements.settle(SettleRequest(change=await self._change(booking.id, at)))

    async def _is_told(self, booking_id: UUID, last: LastRun) -> bool:
        """Of this run; of any, once Temporal has forgotten which it was."""
        async with self._database.transaction() as session:
            tasks = await support_task.of_booking(session, booking_id)
        told = {task.key for task in tasks if task.kind == GONE}
        return bool(told) if last.fate is Fate.LOST else _key(booking_id, last) in told

    async def _tell_support(self, booking_id: UUID, key: str, was: str, at: datetime) -> None:
        """With the task, which keeps later passes away from this run. A row that is still open keeps its version: reset by
        hand, its workflow goes on where it was.
        """
        async with self._database.transaction() as session:
            await bookings.call_for_help(session, booking_id, GONE)
            await audit.append(
                session,
                key=key,
                actor=ACTOR,
                action=GONE,
                subject=f"booking:{booking_id}",
                booking_id=booking_id,
                reason=f"{REASON}; it was {was}",
                at=at,
            )
            await support_task.open(
                session,
                key=key,
                kind=GONE,
                booking_id=booking_id,
                reason=f"Its workflow is gone; the booking was {was}. What to do: runbook, Terminate",
                at=at,
            )

    async def _change(self, booking_id: UUID, at: datetime) -> Change:
        version = (await self._read(booking_id)).version + 1
        deed = Deed(actor=ACTOR, action=GONE, reason=REASON)
        return Change(booking_id=booking_id, version=version, at=at, deed=deed)

    async def _read(self, booking_id: UUID) -> Booking:
        async with self._database.transaction() as session:
            booking = await bookings.get(session, booking_id)
        if booking is None:
            raise NotFound("No such booking")
        return booking


def _key(booking_id: UUID, last: LastRun) -> str:
    """One that was reset by hand may be terminated again: that is another fact."""
    return ":".join(filter(None, (workflow_id(booking_id), GONE, last.run_id)))
