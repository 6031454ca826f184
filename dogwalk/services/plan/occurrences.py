"""Making one walk of a series a booking of its own, as the API makes one: quoted, reserved, started, revealed. Calling it
off again. Giving it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.contracts.booking import CancelBooking
from dogwalk.contracts.plan import workflow_id
from dogwalk.db.models.plan import PlanTerms
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import customer, outbox, support_task
from dogwalk.db.repositories import occurrence as occurrences
from dogwalk.db.repositories import plan as plans
from dogwalk.domain.booking import NOBODY_FOUND, Outcome
from dogwalk.domain.notification import plan_messages
from dogwalk.domain.plan import ACCOUNT_LOCKED, OccurrenceState, booking_id_of, quote_id_of
from dogwalk.errors import Conflict, Forbidden, NotFound
from dogwalk.services.booking.request import NewBooking
from dogwalk.services.plan.series import locked, read, series_of
from dogwalk.services.quote import QuoteRequest

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.plan import GiveUpOccurrence, Occurrence, OccurrenceStep
    from dogwalk.db.models.plan import Plan
    from dogwalk.db.session import Database
    from dogwalk.ports import BookingDispatcher
    from dogwalk.services.booking.request import BookingRequests
    from dogwalk.services.quote import Quotes

NO_LONGER_WANTED = "plan_changed"
CAME_TO_NOTHING = NOBODY_FOUND | {Outcome.PAYMENT_FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """The right to make this round of it."""

    owner_id: UUID
    home_id: UUID
    booking_id: UUID
    terms: PlanTerms
    preferred_walker_ids: list[UUID]


class Occurrences:
    def __init__(
        self, *, database: Database, quotes: Quotes, requests: BookingRequests, dispatcher: BookingDispatcher
    ) -> None:
        self._database = database
        self._quotes = quotes
        self._requests = requests
        self._dispatcher = dispatcher

    async def book(self, step: OccurrenceStep) -> None:
        """Once, however often it is tried: quote and booking are found by ids that follow from the occurrence. Nothing
        happens when the plan no longer asks for it. Raises what the booking would be refused with over HTTP, and before
        that Forbidden `account_locked`: who is locked out books nothing, and nothing is booked for her.
        """
        claim = await self._claimed(step)
        if claim is None:
            return
        quote_id = await self._quoted(step, claim)
        reserved = await self._requests.reserve(
            NewBooking(
                booking_id=claim.booking_id,
                owner_id=claim.owner_id,
                quote_id=quote_id,
                payment_method_id=claim.terms.payment_method_id,
                preferred_walker_ids=claim.preferred_walker_ids,
                plan_id=step.occurrence.plan_id,
                at=step.at,
            )
        )
        await self._dispatcher.start(reserved)
        await self._requests.reveal(claim.booking_id, at=step.at)
        async with self._database.transaction() as session:
            await _mark(session, step.occurrence, OccurrenceState.BOOKED)

    async def drop(self, step: OccurrenceStep) -> None:
        """Called off if that costs nothing; else it is kept, and its owner cancels it herself if she will. Nothing happens
        when the plan asks for it again.
        """
        booking_id = _booking_id(step.occurrence)
        async with self._database.transaction() as session:
            plan = await read(session, step.occurrence.plan_id)
            if await _is_wanted_as_made(session, plan, step.occurrence):
                return
        state = await self._called_off(booking_id, plan.owner_id)
        async with self._database.transaction() as session:
            await _mark(session, step.occurrence, state)

    async def give_up(self, request: GiveUpOccurrence) -> str:
        """Owner and support are told, in the batch that is answered; while her account is locked neither is: support has
        locked it, and who has her phone now is not to hear of her walks. The series goes on.
        """
        occurrence = request.occurrence
        batch = f"{occurrence.plan_id}:broken:{_booking_id(occurrence)}"
        async with self._database.transaction() as session:
            plan = await locked(session, occurrence.plan_id)
            marked = await _mark(session, occurrence, OccurrenceState.BROKEN, code=request.code)
            if marked and request.code != ACCOUNT_LOCKED:
                await _tell(session, plan, request, batch)
        return batch

    async def _claimed(self, step: OccurrenceStep) -> _Claim | None:
        """The plan's row is locked: a command that takes the day back comes before or after, and is seen in either."""
        occurrence = step.occurrence
        async with self._database.transaction() as session:
            plan = await locked(session, occurrence.plan_id)
            if not await _is_wanted(session, plan, occurrence):
                return None
            await occurrences.claim(
                session,
                made_round=occurrence.round,
                plan_id=plan.id,
                local_date=occurrence.local_date,
                at=occurrence.wall_time,
                terms_number=occurrence.terms_number,
                starts_at=occurrence.starts_at,
                booking_id=_booking_id(occurrence),
                created_at=step.at,
            )
            row = await occurrences.get(session, plan.id, occurrence.local_date, occurrence.wall_time)
            if row is None or (row.round, row.state) != (occurrence.round, OccurrenceState.DUE):
                return None
            terms = await _terms(session, occurrence)
            return _Claim(
                owner_id=plan.owner_id,
                home_id=plan.home_id,
                booking_id=row.booking_id,
                terms=terms,
                preferred_walker_ids=await _preferred(session, plan, terms),
            )

    async def _quoted(self, step: OccurrenceStep, claim: _Claim) -> UUID:
        """At the prices of the day it is made for: holidays, and the policy in force. What was reserved has its quote."""
        async with self._database.transaction() as session:
            reserved = await bookings.get(session, claim.booking_id)
        if reserved is not None:
            return reserved.quote_id
        await self._refuse_if_locked(claim.owner_id)
        request = QuoteRequest(
            home_id=claim.home_id,
            dog_ids=tuple(claim.terms.dog_ids),
            service=claim.terms.service,
            starts_at=step.occurrence.starts_at,
        )
        quote_id = quote_id_of(claim.booking_id, step.at)
        await self._quotes.make(claim.owner_id, quote_id, request, at=step.at)
        return quote_id

    async def _refuse_if_locked(self, owner_id: UUID) -> None:
        async with self._database.transaction() as session:
            owner = await customer.get(session, owner_id)
        if owner is not None and owner.locked_at is not None:
            raise Forbidden("Its owner's account is locked", code=ACCOUNT_LOCKED)

    async def _called_off(self, booking_id: UUID, owner_id: UUID) -> OccurrenceState:
        command = CancelBooking(actor_id=owner_id, reason=NO_LONGER_WANTED, expected_fee=0)
        try:
            await self._dispatcher.command(booking_id, "cancel", command, update_id=f"plan-drop-{booking_id}")
        except NotFound:
            return await self._without_workflow(booking_id)
        except Conflict:
            return OccurrenceState.KEPT
        return OccurrenceState.DROPPED

    async def _without_workflow(self, booking_id: UUID) -> OccurrenceState:
        """Over already, as somebody wanted it; or it came to nothing, or never began: then it may be made again."""
        async with self._database.transaction() as session:
            booking = await bookings.get(session, booking_id)
        if booking is None or booking.revealed_at is None or booking.outcome in CAME_TO_NOTHING:
            return OccurrenceState.DROPPED
        return OccurrenceState.KEPT


def _booking_id(occurrence: Occurrence) -> UUID:
    return booking_id_of(occurrence.plan_id, occurrence.local_date, occurrence.wall_time, occurrence.round)


async def _is_wanted(session: AsyncSession, plan: Plan, occurrence: Occurrence) -> bool:
    slots = (await series_of(session, plan)).slots(first=occurrence.local_date, last=occurrence.local_date)
    return any((slot.at, slot.terms.number) == (occurrence.wall_time, occurrence.terms_number) for slot in slots)


async def _is_wanted_as_made(session: AsyncSession, plan: Plan, occurrence: Occurrence) -> bool:
    """Newer terms may ask for the same walk."""
    series = await series_of(session, plan)
    made_by = next(one for one in series.terms if one.number == occurrence.terms_number)
    slots = series.slots(first=occurrence.local_date, last=occurrence.local_date)
    return any(slot.at == occurrence.wall_time and slot.terms.walk_the_same(made_by) for slot in slots)


async def _terms(session: AsyncSession, occurrence: Occurrence) -> PlanTerms:
    found = await plans.terms_of(session, [occurrence.plan_id])
    return next(one for one in found if one.number == occurrence.terms_number)


async def _preferred(session: AsyncSession, plan: Plan, terms: PlanTerms) -> list[UUID]:
    """Whom the owner named; else who walked last, so that a dog sees the same person when she is free."""
    if terms.preferred_walker_ids:
        return list(terms.preferred_walker_ids)
    last = await occurrences.last_walker(session, plan.id)
    return [last] if last else []


async def _mark(
    session: AsyncSession, occurrence: Occurrence, state: OccurrenceState, *, code: str | None = None
) -> bool:
    return await occurrences.mark(
        session,
        occurrence.plan_id,
        occurrence.local_date,
        occurrence.wall_time,
        made_round=occurrence.round,
        state=state.value,
        code=code,
    )


async def _tell(session: AsyncSession, plan: Plan, request: GiveUpOccurrence, batch: str) -> None:
    data = {
        "plan_id": str(plan.id),
        "starts_at": request.occurrence.starts_at.isoformat(),
        "reason": request.code,
    }
    messages = plan_messages("plan_occurrence_broken", batch=batch, person_id=plan.owner_id, data=data)
    await outbox.add(session, messages, request.at)
    await _ask_support(session, plan, request, at=request.at)


async def _ask_support(session: AsyncSession, plan: Plan, request: GiveUpOccurrence, *, at: datetime) -> None:
    occurrence = request.occurrence
    await support_task.open(
        session,
        key=f"{workflow_id(plan.id)}:broken:{_booking_id(occurrence)}",
        kind="plan_occurrence_broken",
        reason=f"{workflow_id(plan.id)}: {occurrence.starts_at:%Y-%m-%d %H:%M}Z could not be booked: {request.code}",
        person_id=plan.owner_id,
        at=at,
    )
