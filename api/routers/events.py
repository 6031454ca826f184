"""What happened to bookings: a story to read, and streams to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from sse_starlette import EventSourceResponse

from api.deps import Principal, Res, SignedIn
from api.errors import problems
from api.event_stream import event_stream, streams
from api.follower import Follower, admission
from api.schemas.base import Page
from api.schemas.event import EventEnvelope, TimelineLine
from dogwalk.services.event.timeline import Timelines

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from dogwalk.bootstrap import Resources
    from dogwalk.services.event import Opened, Told

router = APIRouter(tags=["booking"])

LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", max_length=64, description="Resumes after this event; within 24 h nothing is missed"),
]
STREAM = streams(EventEnvelope, "Server-sent events")


async def _timelines(res: Res) -> Timelines:
    return Timelines(database=res.database, texts=res.texts)


@router.get("/v1/bookings/{booking_id}/timeline", responses=problems(404))
async def read_timeline(
    booking_id: UUID, who: SignedIn, timelines: Annotated[Timelines, Depends(_timelines)]
) -> Page[TimelineLine]:
    """The booking's story so far, oldest first, as far as it is mine to know."""
    lines = await timelines.of(booking_id, who.person_id)
    return Page(
        items=[TimelineLine(at=line.at, type=line.type, text=line.text) for line in lines],
        next_cursor=None,
    )


@router.get(
    "/v1/bookings/{booking_id}/events", response_class=EventSourceResponse, responses={**problems(404), **STREAM}
)
async def follow_booking(
    booking_id: UUID, who: Follower, res: Res, last_event_id: LastEventId = None
) -> EventSourceResponse:
    """One booking's events as they happen. Ends with the access token: connect again with a new one and the last id."""
    source = await res.event_streams.follow_booking(booking_id, who.person_id, last_id=last_event_id)
    return _stream(source, res, who)


@router.get("/v1/me/events", response_class=EventSourceResponse, responses=STREAM)
async def follow_mine(who: Follower, res: Res, last_event_id: LastEventId = None) -> EventSourceResponse:
    """Everything that happens to bookings and offers of mine, as `…/events` of one booking."""
    return _stream(res.event_streams.follow(who.person_id, last_id=last_event_id), res, who)


def _stream(source: AsyncGenerator[Opened | Told, None], res: Resources, who: Principal) -> EventSourceResponse:
    return event_stream(source, admission(res, who))
