"""Bookings as support sees them, and the board of those in trouble."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import Res
from api.desk import AtDesk
from api.errors import problems
from api.pagination import PageQuery
from api.schemas.base import Page
from api.schemas.moment import Moment
from api.schemas.support import BoardView, SupportBooking, SupportBookingView
from api.support_rendering import board_view, support_booking, support_booking_view
from dogwalk.db.repositories.support_booking import Search
from dogwalk.domain.booking import Outcome, Status

router = APIRouter(tags=["support"])


@router.get("/v1/support/board")
async def get_board(desk: AtDesk, res: Res) -> BoardView:
    """Who is late, silent, unmatched, unbalanced or stuck now."""
    return board_view(await desk.reader.board(at=res.clock.now()), res.settings)


@router.get("/v1/support/bookings")
async def search_bookings(
    desk: AtDesk,
    res: Res,
    page: PageQuery,
    *,
    status: Status | None = None,
    outcome: Outcome | None = None,
    market_id: Annotated[str | None, Query(max_length=64)] = None,
    person_id: Annotated[UUID | None, Query(description="Owner or walker")] = None,
    on_hold: bool | None = None,
    needs_attention: bool | None = None,
    starts_from: Annotated[Moment | None, Query(alias="from")] = None,
    starts_to: Annotated[Moment | None, Query(alias="to")] = None,
) -> Page[SupportBooking]:
    """The latest start first."""
    search = Search(
        status=status,
        outcome=outcome,
        market_id=market_id,
        person_id=person_id,
        on_hold=on_hold,
        needs_attention=needs_attention,
        starts_from=starts_from,
        starts_to=starts_to,
    )
    found = await desk.reader.page(search, before=page.after, limit=page.limit + 1)
    return page.of(
        found, key=lambda row: (row.starts_at, row.id), render=lambda row: support_booking(row, res.settings)
    )


@router.get("/v1/support/bookings/{booking_id}", responses=problems(404))
async def get_booking_as_support(booking_id: UUID, desk: AtDesk, res: Res) -> SupportBookingView:
    """All of it: people, who was asked by which score, every event, the money, tasks, approvals and deeds, what the walker
    told of it, what its people wrote to each other. That photos and messages were looked at is audited.
    """
    by, at = desk.who.person_id, res.clock.now()
    view = await desk.reader.get(booking_id)
    photos = await desk.photos.of_booking(booking_id, by=by, at=at)
    messages = await desk.messages.of_booking(booking_id, by=by, at=at)
    return support_booking_view(view, photos, messages, res.settings)
