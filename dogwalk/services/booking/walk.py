"""The walker's steps as they are written down: on the way, arrived, started, finished. Tracking starts and stops here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.contracts.booking import AdvanceResult, WalkSummary
from dogwalk.db.repositories import calendar, offer, photo, support_task, walker_record
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.booking import LEADS_TO, NO_SHOW_UNCLEAR, Outcome, Status, WalkCommand, implied_by
from dogwalk.domain.lateness import late_minutes
from dogwalk.domain.track.verdict import VerdictKind
from dogwalk.errors import WrongState
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked, parties
from dogwalk.services.booking.review import review
from dogwalk.services.booking.silence import no_call_needed
from dogwalk.services.booking.summary import summary_of
from dogwalk.services.tracking import presence

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import AdvanceRequest, FinishRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.services.tracking.walk import Recorded, VerdictRead, WalkRecorder

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

    async def advance(self, request: AdvanceRequest) -> AdvanceResult | None:
        """A local activity: everything it writes is overwritten by a later write of the same version. None when the tap is
        taken at its word.
        """
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            occurred_at = await _occurred(session, booking, request)
            if request.is_proof:
                facts = _proven(booking, request, occurred_at)
            else:
                await self._track(session, booking, request, occurred_at)
                facts = _advanced(booking, request, occurred_at)
                if request.command in {WalkCommand.ARRIVE, WalkCommand.START}:
                    await _let_stand_bys_go(session, facts, booking.id)
                    await _is_no_longer_missed(session, booking, facts)
            await facts.write(session)
        return AdvanceResult(occurred_at=occurred_at) if occurred_at != request.occurred_at else None

    async def finish(self, request: FinishRequest) -> WalkSummary:
        """Stops tracking, computes the figures, judges the walk. The walker has her calendar back."""
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            started_at = request.started_at or await _proven_start(session, booking, request)
            finished_at = await _finish(session, request, started_at)
            recorded = await self._judge(session, booking, request, started_at, finished_at)
            arrived_at = await _arrival(session, request, started_at)
            summary = summary_of(
                recorded,
                arrived_at=arrived_at if arrived_at != request.arrived_at else None,
                started_at=started_at if started_at != request.started_at else None,
                finished_at=finished_at if request.is_dated_back else None,
            )
            await calendar.free(session, booking.id)
            await no_call_needed(session, booking.id, resolution="The walk is over", at=request.change.at)
            if booking.walker_id is not None and booking.total:
                await walker_record.walked(session, booking.walker_id, finished_at)
            facts = _finished(booking, request, summary)
            facts.projection |= {"started_at": started_at, "arrived_at": arrived_at, "finished_at": finished_at}
            if request.is_dated_back and booking.walker_id is not None:
                facts.message("walk_ended_for_you", booking.walker_id)
            await facts.write(session)
            return summary

    async def rejudge(self, request: FinishRequest) -> WalkSummary:
        """The same walk and the same taps, by the positions there are by now. People hear of it only when the verdict is
        another.
        """
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            before = WalkSummary.model_validate(booking.summary)
            started_at = request.started_at or request.finished_at
            finished_at = await _finish(session, request, started_at)
            recorded = await self._judge(session, booking, request, started_at, finished_at)
            arrived_at = await _arrival(session, request, started_at)
            summary = summary_of(
                recorded,
                arrived_at=arrived_at if arrived_at != request.arrived_at else None,
                started_at=before.started_at,
                finished_at=finished_at if request.is_dated_back else None,
            )
            times = {"arrived_at": arrived_at, "finished_at": finished_at}
            facts = Facts(change=request.change, projection={"summary": summary.model_dump(mode="json"), **times})
            if before.verdict != summary.verdict:
                facts.event("verdict_changed", audience=parties(booking), verdict=summary.verdict)
            await facts.write(session)
            return summary

    async def _judge(
        self,
        session: AsyncSession,
        booking: Booking,
        request: FinishRequest,
        started_at: datetime,
        finished_at: datetime,
    ) -> Recorded:
        policy = await policies.by_version(session, booking.market_id, booking.policy_version)
        recorded = await self._recorder.finish(
            session,
            booking_id=booking.id,
            assignment_no=request.assignment_no,
            started_at=started_at,
            finished_at=finished_at,
            booked_s=request.booked_s,
            policy=policy.walking,
            at=request.change.at,
            heard_until=request.finished_at if request.is_dated_back else None,
        )
        if not booking.total:
            return _taken_at_its_word(recorded)
        kind = recorded.verdict["kind"]
        await review(session, booking.id, verdict=kind, ended_early=request.ended_early, at=request.change.at)
        return recorded

    async def _track(
        self, session: AsyncSession, booking: Booking, request: AdvanceRequest, occurred_at: datetime
    ) -> None:
        if request.command is WalkCommand.START:
            await self._recorder.start(
                session, booking_id=booking.id, assignment_no=request.assignment_no, at=occurred_at
            )
        await self._recorder.opened(
            session,
            booking_id=booking.id,
            assignment_no=request.assignment_no,
            opens_at=occurred_at - POSITIONS_BEFORE,
        )


def _taken_at_its_word(recorded: Recorded) -> Recorded:
    """A meeting: nobody pays by its minutes, and no phone need follow a dog that stays at home."""
    verdict: VerdictRead = {**recorded.verdict, "kind": VerdictKind.SERVED.value, "reasons": []}
    return replace(recorded, verdict=verdict, evidence_complete=True)


async def _occurred(session: AsyncSession, booking: Booking, request: AdvanceRequest) -> datetime:
    """The time of the tap, unless positions contradict that she was at the door then: then when the command came. A
    repeat says what was written.
    """
    written: datetime | None = getattr(booking, STEP[request.command][0])
    if booking.version >= request.change.version and written is not None:
        return written
    is_arrival = request.command is WalkCommand.ARRIVE or (
        request.command is WalkCommand.START and booking.arrived_at is None
    )
    if is_arrival and await presence.contradicts(
        session, booking.id, request.assignment_no, arrived_at=request.occurred_at
    ):
        return request.change.at
    return request.occurred_at


async def _let_stand_bys_go(session: AsyncSession, facts: Facts, booking_id: UUID) -> None:
    """She has arrived: who was asked in her place is needed no more."""
    for lost in await offer.close_open(session, booking_id, status="taken", at=facts.change.at):
        facts.event("offer_taken", audience=[lost.walker_id], offer_id=str(lost.id))
        facts.message("offer_withdrawn", lost.walker_id, offer_id=str(lost.id))


async def _is_no_longer_missed(session: AsyncSession, booking: Booking, facts: Facts) -> None:
    if booking.needs_attention == NO_SHOW_UNCLEAR:
        facts.projection["needs_attention"] = None
        await support_task.overtake(
            session, booking.id, NO_SHOW_UNCLEAR, resolution="The walker has arrived", at=facts.change.at
        )


async def _proven_start(session: AsyncSession, booking: Booking, request: FinishRequest) -> datetime:
    """Nobody tapped *start*: positions that leave home after the arrival prove one. WrongState without."""
    since = request.arrived_at or request.finished_at
    left_at = await presence.left_home(
        session, booking.id, request.assignment_no, since=since, until=request.finished_at
    )
    if left_at is None:
        raise WrongState("Start the walk first", status=booking.status, expected=[Status.IN_PROGRESS.value])
    return left_at


async def _finish(session: AsyncSession, request: FinishRequest, started_at: datetime) -> datetime:
    """As tapped; else when the walk was last heard of, or at the end of its booked time when it never was."""
    if not request.is_dated_back:
        return max(request.finished_at, started_at)
    last = await _last_heard(session, request, started_at)
    return last or min(started_at + timedelta(seconds=request.booked_s), request.finished_at)


async def _last_heard(session: AsyncSession, request: FinishRequest, started_at: datetime) -> datetime | None:
    """By a position of hers or a photo."""
    booking_id, until = request.change.booking_id, request.finished_at
    position = await presence.last_sign(session, booking_id, request.assignment_no, since=started_at, until=until)
    taken = await photo.last_between(session, booking_id, request.assignment_no, first=started_at, last=until)
    return max((at for at in (position, taken) if at is not None), default=None)


async def _arrival(session: AsyncSession, request: FinishRequest, started_at: datetime) -> datetime:
    tapped_at = request.arrived_at or started_at
    return await presence.arrival(
        session,
        request.change.booking_id,
        request.assignment_no,
        tapped_at=tapped_at,
        until=max(started_at, tapped_at),
    )


def _advanced(booking: Booking, request: AdvanceRequest, occurred_at: datetime) -> Facts:
    """What a step implies happened with it."""
    implied = {column: occurred_at for column in implied_by(request.command) if getattr(booking, column) is None}
    column, message = STEP[request.command]
    status = LEADS_TO[request.command].value
    facts = Facts(change=request.change, projection={**implied, "status": status, column: occurred_at})
    late = late_minutes(starts_at=booking.starts_at, arrived_at=occurred_at) if column == "arrived_at" else 0
    facts.event(message, audience=parties(booking), **({"late_minutes": late} if late else {}))
    facts.message(message, booking.owner_id)
    return facts


def _proven(booking: Booking, request: AdvanceRequest, occurred_at: datetime) -> Facts:
    """An arrival earlier than the one we know; one that positions contradict leaves it as it is."""
    if booking.arrived_at is not None and occurred_at >= booking.arrived_at:
        return Facts(change=request.change)
    facts = Facts(change=request.change, projection={"arrived_at": occurred_at})
    facts.event("arrival_proven", audience=parties(booking))
    return facts


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
            "needs_attention": None,
            "summary": summary.model_dump(mode="json"),
        },
    )
    figures: dict[str, Any] = {"distance_m": summary.distance_m, "duration_s": summary.duration_s}
    facts.event("walk_finished", audience=parties(booking), outcome=outcome.value, **figures)
    if not booking.incident:
        facts.message("walk_finished", booking.owner_id, **figures)
    return facts
