"""Server-sent events: ids to resume by, heartbeats, and an end no later than the token's."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from sse_starlette import EventSourceResponse, ServerSentEvent

from api.schemas.event import EventEnvelope
from dogwalk.services.event import Opened, Told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

SEND_TIMEOUT_S = 30.0  # a client that reads no more is let go


def event_stream(
    source: AsyncGenerator[Opened | Told, None], *, heartbeat_s: float, ends_in_s: float
) -> EventSourceResponse:
    return EventSourceResponse(
        _sent(source, ends_in_s),
        ping=heartbeat_s,
        ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
        send_timeout=SEND_TIMEOUT_S,
    )


async def _sent(source: AsyncGenerator[Opened | Told, None], ends_in_s: float) -> AsyncIterator[ServerSentEvent]:
    ends_at = asyncio.get_running_loop().time() + ends_in_s
    async with aclosing(source):
        while True:
            try:
                told = await asyncio.wait_for(anext(source), ends_at - asyncio.get_running_loop().time())
            except (TimeoutError, StopAsyncIteration):
                return
            yield _event(told)


def _event(told: Opened | Told) -> ServerSentEvent:
    if isinstance(told, Opened):
        return ServerSentEvent(id=told.id)  # without data a browser keeps the id and tells nobody
    envelope = EventEnvelope(id=told.id, type=told.type, at=told.at, booking_id=told.booking_id, data=told.data)
    return ServerSentEvent(envelope.model_dump_json(), id=told.id, event=told.type)
