"""The walker's steps as they are written down: on the way, arrived, started, finished. Tracking starts and stops here."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.contracts.booking import WalkSummary
from dogwalk.db.repositories import calendar, walker_record
from dogwalk.domain.booking import LEADS_TO, Outcome, Status, WalkCommand
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked, parties

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import AdvanceRequest, FinishRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.services.tracking.walk import WalkRecorder

POSITIONS_BEFORE = timedelta(minutes=10)  # phones send from 10 min before on-the-way (tracking.md)
STEP = {
    WalkCommand.ON_THE_WAY: ("on_the_way_at", "walker_on_the_way"),
    WalkCommand.ARRIVE: ("arrived_at", "walker_arrived"),
    WalkCommand.START: ("started_at", "walk_started"),
}


class Walks:
    def __init__(self, *, database: Database, recorder: WalkRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def advance(self, request: AdvanceRequest) -> None:
        """A local activity: everything it writes is overwritten by a later write of the same version."""
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            await self._track(session, booking, request)
            column, message = STEP[request.command]
            facts = Facts(
                change=request.change,
                projection={"status": LEADS_TO[request.command].value, column: request.occurred_at},
            )
            facts.event(message, audience=parties(booking))
            facts.message(message, booking.owner_id)
            await facts.write(session)

    async def finish(self, request: FinishRequest) -> WalkSummary:
        """Stops tracking, computes the figures, judges the walk. The walker has her calendar back."""
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            recorded = await self._recorder.finish(
                session,
                booking_id=booking.id,
                assignment_no=request.assignment_no,
                started_at=request.started_at,
                finished_at=request.finished_at,
                booked_s=request.booked_s,
                policy=request.policy,
                at=request.change.at,
            )
            summary = WalkSummary(
                distance_m=round(recorded.distance_m),
                moving_s=round(recorded.moving_s),
                duration_s=round(recorded.duration_s),
                positions=recorded.positions_stored,
                verdict=recorded.verdict["kind"],
                reasons=recorded.verdict["reasons"],
                served_s=round(recorded.verdict["served_s"]),
                evidence_complete=recorded.evidence_complete,
            )
            await calendar.free(session, booking.id)
            if booking.walker_id is not None:
                await walker_record.walked(session, booking.walker_id, request.finished_at)
            await _finished(booking, request, summary).write(session)
            return summary

    async def _track(self, session: AsyncSession, booking: Booking, request: AdvanceRequest) -> None:
        if request.command is WalkCommand.START:
            await self._recorder.start(
                session, booking_id=booking.id, assignment_no=request.assignment_no, at=request.occurred_at
            )
        await self._recorder.opened(
            session,
            booking_id=booking.id,
            assignment_no=request.assignment_no,
            opens_at=request.occurred_at - POSITIONS_BEFORE,
        )


def _finished(booking: Booking, request: FinishRequest, summary: WalkSummary) -> Facts:
    status, outcome = (
        (Status.ENDED_EARLY, Outcome.ENDED_EARLY) if request.ended_early else (Status.COMPLETED, Outcome.COMPLETED)
    )
    facts = Facts(
        change=request.change,
        projection={
            "status": status.value,
            "outcome": outcome.value,
            "finished_at": request.finished_at,
            "ended_at": request.change.at,
            "summary": summary.model_dump(mode="json"),
        },
    )
    figures: dict[str, Any] = {"distance_m": summary.distance_m, "duration_s": summary.duration_s}
    facts.event("walk_finished", audience=parties(booking), outcome=outcome.value, **figures)
    facts.message("walk_finished", booking.owner_id, **figures)
    return facts
