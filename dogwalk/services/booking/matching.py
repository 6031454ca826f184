"""Asking walkers: the offers of one wave, and a walker's no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dogwalk.contracts.booking import OpenWaveResult
from dogwalk.db.models.base import uuid7
from dogwalk.db.repositories import offer as offers
from dogwalk.domain.booking import Status
from dogwalk.domain.matching import Ranked, rank
from dogwalk.services.booking.facts import Facts, money
from dogwalk.services.booking.parties import locked
from dogwalk.services.booking.search import fitting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import DeclineRequest, OpenWaveRequest
    from dogwalk.db.models.booking import Booking, Offer
    from dogwalk.db.session import Database


class Matching:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def open_wave(self, request: OpenWaveRequest) -> OpenWaveResult:
        """Runs as a local activity, perhaps more than once: a wave that stands is answered as it stands."""
        async with self._database.transaction() as session:
            booking = await locked(session, request.change)
            asked = await offers.of_wave(session, booking.id, request.round, request.wave)
            if not asked:
                asked = await self._ask(session, booking, request)
            return OpenWaveResult(walker_ids=[offer.walker_id for offer in asked])

    async def decline(self, request: DeclineRequest) -> None:
        change = request.change
        async with self._database.transaction() as session:
            await offers.decline(
                session, change.booking_id, request.round, request.walker_id, reason=request.reason, at=change.at
            )
            facts = Facts(change=change)
            facts.event("offer_declined", audience=[request.walker_id])
            await facts.write(session)

    async def _ask(self, session: AsyncSession, booking: Booking, request: OpenWaveRequest) -> Sequence[Offer]:
        at = request.change.at
        lapsed = await offers.close_open(session, booking.id, status="expired", at=at)
        best = await self._best(session, booking, request)
        asked = await offers.add(session, [_offer(booking, request, place, one) for place, one in enumerate(best)])
        facts = Facts(change=request.change, projection={"status": Status.MATCHING.value})
        facts.event("matching", audience=[booking.owner_id], wave=request.wave, asked=len(asked))
        for offer in asked:
            _tell(facts, offer)
        for offer in lapsed:
            facts.event("offer_expired", audience=[offer.walker_id], offer_id=str(offer.id))
        await facts.write(session)
        return asked

    async def _best(self, session: AsyncSession, booking: Booking, request: OpenWaveRequest) -> list[Ranked]:
        found = await fitting(
            session, booking, round_=request.round, only=request.only, radius_percent=request.radius_percent
        )
        ranked = rank(found, at=request.change.at)
        return ranked if request.only else ranked[: request.size]


def _offer(booking: Booking, request: OpenWaveRequest, place: int, ranked: Ranked) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "booking_id": booking.id,
        "walker_id": ranked.candidate.walker_id,
        "round": request.round,
        "wave": request.wave,
        "status": "open",
        "earns": booking.walker_earns,
        "bonus": 0,
        "currency": booking.currency,
        "distance_m": round(ranked.candidate.distance_m),
        "rank": place,
        "score": {"score": ranked.score, **ranked.parts},
        "expires_at": request.expires_at,
        "created_at": request.change.at,
    }


def _tell(facts: Facts, offer: Offer) -> None:
    expires_at = offer.expires_at.isoformat()
    earns = money(offer.earns, offer.currency)
    facts.event("offer_made", audience=[offer.walker_id], offer_id=str(offer.id), expires_at=expires_at, earns=earns)
    facts.message("offer_made", offer.walker_id, offer_id=str(offer.id), expires_at=expires_at, earns=earns)
