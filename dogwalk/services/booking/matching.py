"""Asking walkers: the offers of one wave, and a walker's no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.booking import OpenWaveResult
from dogwalk.db.repositories import offer as offers
from dogwalk.db.repositories import relation as relations
from dogwalk.domain.booking import Status
from dogwalk.domain.local_time import is_awake, wakes_at
from dogwalk.domain.matching import rank
from dogwalk.services.booking import board
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.offering import offer_row
from dogwalk.services.booking.parties import locked
from dogwalk.services.booking.search import NO_ROUND, fitting, since_asked_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import DeclineRequest, OpenWaveRequest
    from dogwalk.db.models.booking import Booking, Offer
    from dogwalk.db.session import Database
    from dogwalk.domain.matching import Candidate


class Matching:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def open_wave(self, request: OpenWaveRequest) -> OpenWaveResult:
        """Runs as a local activity, perhaps more than once: a wave that stands is answered as it stands."""
        return await self._database.run(lambda session: self._open_wave(session, request))

    async def _open_wave(self, session: AsyncSession, request: OpenWaveRequest) -> OpenWaveResult:
        booking = await locked(session, request.change)
        await relations.keep_blocks_out(session, booking.owner_id)
        asked = await offers.of_wave(session, booking.id, request.round, request.wave)
        if asked:
            return _opened(asked)
        if request.board:
            return _opened(await self._put_up(session, booking, request))
        fit = await self._fit(session, booking, request)
        awake = [one for one in fit if is_awake(one.time_zone, request.waking_hours, at=request.change.at)]
        asked = await self._ask(session, booking, request, awake)
        return _opened(asked) if asked else OpenWaveResult(walker_ids=[], retry_at=_morning(fit, request))

    async def decline(self, request: DeclineRequest) -> None:
        change = request.change
        async with self._database.transaction() as session:
            await offers.decline(
                session, change.booking_id, request.round, request.walker_id, reason=request.reason, at=change.at
            )
            facts = Facts(change=change)
            facts.event("offer_declined", audience=[request.walker_id])
            await facts.write(session)

    async def _ask(
        self, session: AsyncSession, booking: Booking, request: OpenWaveRequest, awake: Sequence[Candidate]
    ) -> Sequence[Offer]:
        at = request.change.at
        lapsed = await offers.close_open(session, booking.id, status="expired", at=at)
        ranked = rank(awake, at=at)
        best = ranked if request.only else ranked[: request.size]
        rows = [offer_row(booking, request, one, place=place, at=at) for place, one in enumerate(best)]
        asked = await offers.add(session, rows)
        facts = _asking(booking, request, len(asked))
        for offer in asked:
            _tell(facts, offer)
        _say_lapsed(facts, lapsed)
        await facts.write(session)
        return asked

    async def _put_up(self, session: AsyncSession, booking: Booking, request: OpenWaveRequest) -> Sequence[Offer]:
        """Whoever fits finds it there (board.py); who let an offer lapse and still fits has it again. Nobody is rung."""
        lapsed = await offers.close_open(session, booking.id, status="expired", at=request.change.at)
        await board.put_up(session, booking, request)
        open_again = await self._reopen(session, booking, request)
        facts = _asking(booking, request, len(open_again))
        _say_lapsed(facts, lapsed)
        await facts.write(session)
        return open_again

    async def _reopen(self, session: AsyncSession, booking: Booking, request: OpenWaveRequest) -> Sequence[Offer]:
        lapsed = await offers.lapsed(session, booking.id, request.round)
        if not lapsed:
            return []
        fit = await self._fit(session, booking, request.model_copy(update={"only": lapsed, "round": NO_ROUND}))
        return await offers.reopen(
            session,
            booking.id,
            request.round,
            walker_ids=[one.walker_id for one in fit],
            wave=request.wave,
            bonus=request.bonus,
            expires_at=request.expires_at,
        )

    async def _fit(self, session: AsyncSession, booking: Booking, request: OpenWaveRequest) -> Sequence[Candidate]:
        return await fitting(
            session,
            booking,
            at=request.change.at,
            round_=request.round,
            only=request.only,
            radius_percent=request.radius_percent,
            asap=request.asap,
            shift=since_asked_for(booking, request.change.at),
        )


def _asking(booking: Booking, request: OpenWaveRequest, asked: int) -> Facts:
    """Stand-bys are asked while somebody has the walk."""
    if request.stand_by:
        facts = Facts(change=request.change)
        facts.event("stand_by_asked", audience=[booking.owner_id], asked=asked)
    else:
        facts = Facts(change=request.change, projection={"status": Status.MATCHING.value})
        facts.event("matching", audience=[booking.owner_id], wave=request.wave, asked=asked)
    return facts


def _say_lapsed(facts: Facts, lapsed: Sequence[Offer]) -> None:
    for offer in lapsed:
        facts.event("offer_expired", audience=[offer.walker_id], offer_id=str(offer.id))


def _opened(asked: Sequence[Offer]) -> OpenWaveResult:
    return OpenWaveResult(walker_ids=[offer.walker_id for offer in asked])


def _morning(fit: Sequence[Candidate], request: OpenWaveRequest) -> datetime | None:
    """When the first of them wakes."""
    if request.waking_hours is None or not fit:
        return None
    return min(wakes_at(one.time_zone, request.waking_hours, after=request.change.at) for one in fit)


def _tell(facts: Facts, offer: Offer) -> None:
    expires_at = offer.expires_at.isoformat()
    earns = money(offer.earns + offer.bonus, offer.currency)
    facts.event("offer_made", audience=[offer.walker_id], offer_id=str(offer.id), expires_at=expires_at, earns=earns)
    facts.message("offer_made", offer.walker_id, offer_id=str(offer.id), expires_at=expires_at, earns=earns)
