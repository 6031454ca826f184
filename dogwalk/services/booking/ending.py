"""A booking that ends without a walk, and facts that change nothing but what people see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.db.repositories import board, calendar, offer, support_task
from dogwalk.domain.booking import NO_SHOW_UNCLEAR, NOBODY_FOUND, Outcome, Status
from dogwalk.domain.notification import CATALOGUE
from dogwalk.services.booking import strikes
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.incident import follow_incident, tell_of_incident
from dogwalk.services.booking.parties import locked, parties
from dogwalk.services.booking.review import answer
from dogwalk.services.booking.search import alternatives

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import EndRequest, NoteRequest
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.services.tracking.walk import WalkRecorder

# Notes that are a message as well, of the same name; the others stand in the timeline alone.
TOLD: Mapping[str, tuple[str, ...]] = {
    "end_early_requested": ("walker",),
    "late_reminder": ("walker",),
    "walk_overrun": ("owner",),
    "left_safe_area": ("owner",),
    "entered_no_go": ("owner", "walker"),
    "area_warning": ("owner", "walker"),
    "incident_reported": ("owner",),
}
TELLS_FREE_SLOTS = NOBODY_FOUND | {Outcome.NO_SHOW}
URGENT_WITHIN = timedelta(hours=24)
STATUS = {
    Outcome.UNFULFILLED: Status.UNFULFILLED,
    Outcome.CANCELLED_BY_WALKER: Status.UNFULFILLED,
    Outcome.PAYMENT_FAILED: Status.PAYMENT_FAILED,
    Outcome.NO_SHOW: Status.NO_SHOW,
}
# Why a person of support must look, by the kind of the task.
TASKS: Mapping[str, str] = {
    NO_SHOW_UNCLEAR: "The walker has not arrived, but left a sign of herself",
    "late_proof": "Ended as a no-show; now the walker's phone says that she was there",
}


class Endings:
    def __init__(self, *, database: Database, recorder: WalkRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def end(self, request: EndRequest) -> None:
        """Withdraws what was offered, frees the walker, closes the walk and tells everybody, in one transaction."""
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            facts = Facts(change=request.change, projection=_projection(request))
            await _withdraw_offers(session, facts, booking.id)
            await calendar.free(session, booking.id)
            if booking.walker_id is not None:
                await self._recorder.close(session, booking_id=booking.id, assignment_no=booking.assignment_no)
            if request.outcome is Outcome.NO_SHOW:
                await _vanished(session, booking, request)
            _tell(facts, booking, request, await _free_at(session, booking, request))
            await facts.write(session)

    async def note(self, request: NoteRequest) -> None:
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            facts = Facts(change=request.change, projection=_noted(request))
            facts.event(request.kind, audience=[] if request.private else parties(booking), **request.data)
            for person_id in _to_be_told(booking, request.kind):
                facts.message(request.kind, person_id, **_sayable(request))
            await tell_of_incident(session, booking, facts, is_open=request.incident)
            if request.summary is not None:
                await answer(session, booking.id, verdict=request.summary.verdict, at=request.change.at)
            if request.task is not None:
                await _open_task(session, booking, request.task, request.change.at)
            await facts.write(session)
            if request.incident is not None:
                await follow_incident(session, booking, at=request.change.at)


async def _free_at(session: AsyncSession, booking: Booking, request: EndRequest) -> list[datetime]:
    return await alternatives(session, booking, at=request.change.at) if request.outcome in TELLS_FREE_SLOTS else []


async def _withdraw_offers(session: AsyncSession, facts: Facts, booking_id: UUID) -> None:
    """Who was rung for it hears of it; for the board nobody was."""
    board_wave = await board.take_down(session, booking_id)
    for withdrawn in await offer.close_open(session, booking_id, status="withdrawn", at=facts.change.at):
        facts.event("offer_withdrawn", audience=[withdrawn.walker_id], offer_id=str(withdrawn.id))
        if withdrawn.wave != board_wave:
            facts.message("offer_withdrawn", withdrawn.walker_id, offer_id=str(withdrawn.id))


async def _open_task(session: AsyncSession, booking: Booking, kind: str, at: datetime) -> None:
    key = f"booking-{booking.id}:{kind}:{booking.assignment_no}"
    reason = TASKS[kind]
    await support_task.open(session, key=key, kind=kind, reason=reason, at=at, booking_id=booking.id)


async def _vanished(session: AsyncSession, booking: Booking, request: EndRequest) -> None:
    if booking.walker_id is not None:
        await strikes.no_show(
            session,
            booking,
            walker_id=booking.walker_id,
            assignment_no=booking.assignment_no,
            at=request.change.at,
        )


def _to_be_told(booking: Booking, kind: str) -> list[UUID]:
    people = {"owner": booking.owner_id, "walker": booking.walker_id}
    return [person_id for role in TOLD.get(kind, ()) if (person_id := people[role]) is not None]


def _sayable(request: NoteRequest) -> dict[str, Any]:
    """Of what the event holds, what the message of the same name may say."""
    kind = CATALOGUE[request.kind]
    return {name: value for name, value in request.data.items() if name in kind.fields | kind.optional}


def _noted(request: NoteRequest) -> dict[str, object]:
    summary = request.summary.model_dump(mode="json") if request.summary else None
    said = {"needs_attention": request.needs_attention, "on_hold": request.on_hold, "summary": summary}
    said["incident"] = request.incident
    return {name: value for name, value in said.items() if value is not None}


def _projection(request: EndRequest) -> dict[str, object]:
    return {
        "status": STATUS.get(request.outcome, Status.CANCELLED).value,
        "outcome": request.outcome.value,
        "ended_at": request.change.at,
        "needs_attention": None,
        "payment_action_kind": None,
        "payment_action_expires_at": None,
    }


def _tell(facts: Facts, booking: Booking, request: EndRequest, free_at: Sequence[datetime]) -> None:
    outcome = request.outcome
    if outcome in NOBODY_FOUND:
        facts.event("unfulfilled", audience=[booking.owner_id])
        facts.message("unfulfilled", booking.owner_id, alternatives=[start.isoformat() for start in free_at])
    elif outcome is Outcome.NO_SHOW:
        facts.event("no_show", audience=parties(booking))
        facts.message("no_show", booking.owner_id, alternatives=[start.isoformat() for start in free_at])
        if booking.walker_id is not None:
            facts.message("no_show_recorded", booking.walker_id)
    elif outcome is Outcome.PAYMENT_FAILED:
        _tell_payment_failed(facts, booking, request)
    else:
        _tell_cancelled(facts, booking, request)


def _tell_payment_failed(facts: Facts, booking: Booking, request: EndRequest) -> None:
    """To a walker it is one more cancellation, and she is paid as for one."""
    fee = money(request.fee, booking.currency)
    facts.event("payment_failed", audience=[booking.owner_id], fee=fee)
    facts.message("payment_failed", booking.owner_id, fee=fee)
    if booking.walker_id is not None:
        nothing, paid = money(0, booking.currency), money(request.compensation, booking.currency)
        urgent = booking.starts_at - request.change.at < URGENT_WITHIN
        facts.event("cancelled", audience=[booking.walker_id], cancelled_by="system", fee=nothing, refund=nothing)
        facts.message("booking_cancelled", booking.walker_id, urgent=urgent, cancelled_by="system", compensation=paid)


def _tell_cancelled(facts: Facts, booking: Booking, request: EndRequest) -> None:
    cancelled_by = request.outcome.value.removeprefix("cancelled_by_")
    fee, refund = money(request.fee, booking.currency), money(request.refund, booking.currency)
    urgent = booking.starts_at - request.change.at < URGENT_WITHIN
    facts.event("cancelled", audience=parties(booking), cancelled_by=cancelled_by, fee=fee, refund=refund)
    facts.message("booking_cancelled", booking.owner_id, cancelled_by=cancelled_by, fee=fee, refund=refund)
    if booking.walker_id is not None:
        facts.message("booking_cancelled", booking.walker_id, urgent=urgent, cancelled_by=cancelled_by)
