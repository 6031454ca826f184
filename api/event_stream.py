"""Server-sent events: heartbeats, an end no later than the token's, and ids to resume by where there is something to
resume.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent

from api.schemas.event import EventEnvelope
from dogwalk.services.event import Opened, Told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from pydantic import BaseModel

T = TypeVar("T")
JSON = "application/json"
SEND_TIMEOUT_S = 30.0  # a client that reads no more is let go


def streams(data: type[BaseModel], description: str) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: the schema of one event, whose data is `data` as JSON."""
    text = {
        "type": "string",
        "contentMediaType": JSON,
        "contentSchema": {"$ref": f"#/components/schemas/{data.__name__}"},
    }
    fields = {"id": {"type": "string"}, "event": {"type": "string"}, "data": text}
    event = {"type": "object", "title": "Event", "properties": fields}
    return {200: {"description": description, "content": {"text/event-stream": {"schema": event}}}}


def event_stream(
    source: AsyncGenerator[Opened | Told, None], *, heartbeat_s: float, ends_in_s: float
) -> EventSourceResponse:
    return sse(source, _event, heartbeat_s=heartbeat_s, ends_in_s=ends_in_s)


def sse(
    source: AsyncGenerator[T, None], render: Callable[[T], ServerSentEvent], *, heartbeat_s: float, ends_in_s: float
) -> EventSourceResponse:
    return EventSourceResponse(
        _rendered(source, render, ends_in_s),
        ping=heartbeat_s,
        ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
        send_timeout=SEND_TIMEOUT_S,
    )


async def _rendered(
    source: AsyncGenerator[T, None], render: Callable[[T], ServerSentEvent], ends_in_s: float
) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(until(source, ends_in_s)) as told:
        async for one in told:
            yield render(one)


async def until(source: AsyncGenerator[T, None], ends_in_s: float) -> AsyncGenerator[T, None]:
    """What comes within that time. The source is closed at the end."""
    ends_at = asyncio.get_running_loop().time() + ends_in_s
    async with aclosing(source):
        while True:
            try:
                told = await asyncio.wait_for(anext(source), ends_at - asyncio.get_running_loop().time())
            except (TimeoutError, StopAsyncIteration):
                return
            yield told


def _event(told: Opened | Told) -> ServerSentEvent:
    if isinstance(told, Opened):
        return ServerSentEvent(id=told.id)  # without data a browser keeps the id and tells nobody
    envelope = EventEnvelope(id=told.id, type=told.type, at=told.at, booking_id=told.booking_id, data=told.data)
    return ServerSentEvent(envelope.model_dump_json(), id=told.id, event=told.type)
