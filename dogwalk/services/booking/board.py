"""The open board: who looks at it is offered what she could take, in that moment; nobody is rung."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import board
from dogwalk.db.repositories import offer as offers
from dogwalk.db.repositories import relation as relations
from dogwalk.domain.matching import rank
from dogwalk.services.booking.offering import offer_row
from dogwalk.services.booking.search import search_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import OpenWaveRequest
    from dogwalk.db.models.booking import Booking

AT_ONE_LOOK = 100


async def put_up(session: AsyncSession, booking: Booking, request: OpenWaveRequest) -> None:
    search = await search_of(
        session,
        booking,
        at=request.change.at,
        round_=request.round,
        radius_percent=request.radius_percent,
        asap=request.asap,
    )
    await board.put_up(
        session,
        search,
        wave=request.wave,
        bonus=request.bonus,
        expires_at=request.expires_at,
        at=request.change.at,
    )


async def look(session: AsyncSession, walker_id: UUID, *, at: datetime) -> None:
    """Writes down for her what she could take now: who has become fit since it was put up sees it as well. Not counted
    as asked: looking costs her no acceptance.
    """
    await relations.keep_blocks_out(session, walker_id)
    fitting = dict(await board.fitting_for(session, walker_id, at=at, limit=AT_ONE_LOOK))
    if not fitting:
        return
    entries = await board.entries(session, list(fitting))
    rows = [
        offer_row(booking, entry, rank([fitting[booking.id]], at=at)[0], place=0, at=at) for entry, booking in entries
    ]
    await offers.add(session, rows, is_asked=False)
