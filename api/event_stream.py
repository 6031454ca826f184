"""Server-sent events: heartbeats, an end no later than the token's or its session's, and ids to resume by where there is
something to resume.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent

from api.schemas.event import EventEnvelope
from dogwalk.services.event import Opened, Told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from pydantic import BaseModel

T = TypeVar("T")
JSON = "application/json"
SEND_TIMEOUT_S = 30.0  # a client that reads no more is let go


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """How long somebody may follow: `ends_in_s`, when her token ends, and until `is_revoked`, asked as often as the stream
    beats.
    """

    ends_in_s: float
    is_revoked: Callable[[], Awaitable[bool]]
    heartbeat_s: float


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


def event_stream(source: AsyncGenerator[Opened | Told, None], admission: Admission) -> EventSourceResponse:
    return sse(source, _event, admission)


def sse(
    source: AsyncGenerator[T, None], render: Callable[[T], ServerSentEvent], admission: Admission
) -> EventSourceResponse:
    return EventSourceResponse(
        _rendered(source, render, admission),
        ping=admission.heartbeat_s,
        ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
        send_timeout=SEND_TIMEOUT_S,
    )


async def _rendered(
    source: AsyncGenerator[T, None], render: Callable[[T], ServerSentEvent], admission: Admission
) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(until(source, admission)) as told:
        async for one in told:
            yield render(one)


async def until(source: AsyncGenerator[T, None], admission: Admission) -> AsyncGenerator[T, None]:
    """What comes while she is admitted. The source is closed at the end."""
    clock = asyncio.get_running_loop().time
    ends_at, ask_at = clock() + admission.ends_in_s, clock() + admission.heartbeat_s
    async with aclosing(source), _Next(source) as following:
        while (now := clock()) < ends_at:
            if now >= ask_at:
                if await admission.is_revoked():
                    return
                ask_at = now + admission.heartbeat_s
            if not await following.has_come(within_s=min(ends_at, ask_at) - now):
                continue
            try:
                told = following.take()
            except StopAsyncIteration:
                return
            yield told


class _Next(Generic[T]):
    """The next of a source, waited for in pieces: a wait that was given up has not broken the source off."""

    def __init__(self, source: AsyncGenerator[T, None]) -> None:
        self._source = source
        self._coming: asyncio.Future[T] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.wait({self._coming})

    async def has_come(self, *, within_s: float) -> bool:
        self._coming = self._coming or asyncio.ensure_future(anext(self._source))
        done, _ = await asyncio.wait({self._coming}, timeout=within_s)
        return bool(done)

    def take(self) -> T:
        """What has come; StopAsyncIteration at the source's end."""
        assert self._coming is not None  # noqa: S101 has_come said so
        come, self._coming = self._coming, None
        return come.result()


def _event(told: Opened | Told) -> ServerSentEvent:
    if isinstance(told, Opened):
        return ServerSentEvent(id=told.id)  # without data a browser keeps the id and tells nobody
    envelope = EventEnvelope(id=told.id, type=told.type, at=told.at, booking_id=told.booking_id, data=told.data)
    return ServerSentEvent(envelope.model_dump_json(), id=told.id, event=told.type)
