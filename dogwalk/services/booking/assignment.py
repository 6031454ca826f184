"""Giving a booking to one walker: compare-and-set, with the exclusion constraint as the judge of conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from dogwalk.contracts.booking import ClaimResult
from dogwalk.db.repositories import board, calendar, candidate, offer, walker_record
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import relation as relations
from dogwalk.db.repositories import walker as walkers
from dogwalk.db.session import constraint_name
from dogwalk.domain.approach import soonest_start
from dogwalk.domain.booking import Status
from dogwalk.services.booking import strikes
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import ClaimRequest
    from dogwalk.db.models.booking import Booking, Offer
    from dogwalk.db.models.walker import WalkerCalendar
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import MarketPolicy
    from dogwalk.services.tracking.walk import WalkRecorder

OVERLAP = "ex_walker_calendar_no_overlap"


class Assignments:
    def __init__(self, *, database: Database, walks: WalkRecorder) -> None:
        self._database = database
        self._walks = walks

    async def claim(self, request: ClaimRequest) -> ClaimResult:
        """One transaction decides. A repeat after a lost answer finds its own row and says yes again; anybody else finds
        it too and is told who has the walk.
        """
        try:
            return await self._database.run(lambda session: self._claim(session, request))
        except IntegrityError as error:
            if constraint_name(error) != OVERLAP:
                raise
            return ClaimResult(refusal="walker_conflict")

    async def _claim(self, session: AsyncSession, request: ClaimRequest) -> ClaimResult:
        booking = await locked(session, request.change)
        holder = await calendar.live_assignment(session, booking.id)
        if holder is None or _may_be_replaced(booking, holder, request):
            return await self._assign(session, booking, request, replaced=holder)
        taken = await offer.taken_by(session, booking.id, request.round, holder.walker_id)
        refusal = None if holder.walker_id == request.walker_id else "offer_taken"
        return _has_it(booking, holder.walker_id, taken.bonus if taken else 0, refusal)

    async def _assign(
        self, session: AsyncSession, booking: Booking, request: ClaimRequest, *, replaced: WalkerCalendar | None
    ) -> ClaimResult:
        at, walker_id = request.change.at, request.walker_id
        holder_id = replaced.walker_id if replaced else None
        if not await _may_have_it(session, booking, walker_id, holder_id):
            await offer.withdraw(session, booking.id, request.round, walker_id, at=at)
            return ClaimResult(walker_id=holder_id, refusal="offer_withdrawn")
        accepted = await offer.accept(session, booking.id, request.round, walker_id, at=at)
        if accepted is None:
            return ClaimResult(walker_id=holder_id, refusal=await _why_not(session, request))
        if replaced is not None:
            await self._take_from(session, booking, replaced, at)
        policy = await policies.by_version(session, booking.market_id, booking.policy_version)
        if _begins_with(booking, request):
            _begin(booking, accepted, policy, at)
        await calendar.assign(
            session,
            booking_id=booking.id,
            assignment_no=request.assignment_no,
            walker_id=walker_id,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            travel_buffer_s=policy.offers.travel_buffer_s,
            at=at,
        )
        await walker_record.accepted(session, walker_id)
        home = await bookings.home(session, booking.home_id)
        await self._walks.open_walk(
            session,
            booking_id=booking.id,
            assignment_no=request.assignment_no,
            walker_id=walker_id,
            owner_id=booking.owner_id,
            home_lat=home.lat,
            home_lon=home.lon,
            policy_walking=policy.walking,
            at=at,
        )
        board_wave = await board.take_down(session, booking.id)
        beaten = await offer.close_open(session, booking.id, status="taken", at=at)
        await _facts(booking, request, beaten, board_wave).write(session)
        return _has_it(booking, walker_id, accepted.bonus)

    async def _take_from(self, session: AsyncSession, booking: Booking, late: WalkerCalendar, at: datetime) -> None:
        """Calendar, address and positions in the transaction of the stand-by's accept, unpaid, and a late cancel."""
        assignment_no = late.assignment_no or booking.assignment_no
        await calendar.free(session, booking.id)
        await self._walks.close(session, booking_id=booking.id, assignment_no=assignment_no)
        await strikes.late_cancel(session, booking, walker_id=late.walker_id, assignment_no=assignment_no, at=at)


async def _may_have_it(session: AsyncSession, booking: Booking, walker_id: UUID, holder_id: UUID | None) -> bool:
    """Asked again where it is decided: a block either way, made since, is waited for and counts; so does whatever else
    wants the time of those two.
    """
    await relations.keep_blocks_out(session, booking.owner_id)
    await walkers.lock(session, [walker_id, *([holder_id] if holder_id else [])])
    return await candidate.may_still_have(
        session, walker_id=walker_id, owner_id=booking.owner_id, starts_at=booking.starts_at
    )


async def _why_not(session: AsyncSession, request: ClaimRequest) -> str:
    status = await offer.status_of(session, request.change.booking_id, request.round, request.walker_id)
    return "offer_withdrawn" if status == "withdrawn" else "offer_expired"


def _may_be_replaced(booking: Booking, holder: WalkerCalendar, request: ClaimRequest) -> bool:
    """Who has arrived keeps the walk, however late she is."""
    return holder.walker_id == request.replaces and booking.arrived_at is None


def _begins_with(booking: Booking, request: ClaimRequest) -> bool:
    """A walk as soon as possible begins anew with whoever accepts it; not with a stand-by, who is in somebody's place."""
    return booking.asap and request.replaces is None


def _begin(booking: Booking, accepted: Offer, policy: MarketPolicy, at: datetime) -> None:
    duration = booking.ends_at - booking.starts_at
    eta_max_s = policy.offers.asap_eta_max_s
    booking.starts_at = soonest_start(accepted_at=at, distance_m=accepted.distance_m, eta_max_s=eta_max_s)
    booking.ends_at = booking.starts_at + duration


def _has_it(booking: Booking, walker_id: UUID, bonus: int, refusal: str | None = None) -> ClaimResult:
    result = ClaimResult(walker_id=walker_id, bonus=bonus, refusal=refusal)
    if not booking.asap:
        return result
    return result.model_copy(update={"starts_at": booking.starts_at, "ends_at": booking.ends_at})


def _facts(booking: Booking, request: ClaimRequest, beaten: Sequence[Offer], board_wave: int | None) -> Facts:
    walker_id = request.walker_id
    facts = Facts(
        change=request.change,
        projection={
            "status": Status.ASSIGNED.value,
            "walker_id": walker_id,
            "assignment_no": request.assignment_no,
            "assigned_at": request.change.at,
            "on_the_way_at": None,
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
        },
    )
    if request.replaces is not None:
        facts.event("taken_over", audience=[booking.owner_id, request.replaces])
        facts.message("walk_taken_over", request.replaces)
    begins = {"starts_at": booking.starts_at.isoformat()} if booking.asap else {}
    facts.event("assigned", audience=[booking.owner_id, walker_id], walker_id=str(walker_id), **begins)
    facts.message("walker_assigned", booking.owner_id, walker_id=str(walker_id))
    facts.message("booking_assigned", walker_id, walker_id=str(walker_id))
    for lost in beaten:
        facts.event("offer_taken", audience=[lost.walker_id], offer_id=str(lost.id))
        if lost.wave != board_wave:  # nobody is rung for the board
            facts.message("offer_withdrawn", lost.walker_id, offer_id=str(lost.id))
    return facts
