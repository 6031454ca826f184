from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from api.event_stream import Admission, event_stream
from dogwalk.services.event import Opened, Told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sse_starlette import EventSourceResponse
    from starlette.requests import Request

BOOKING = UUID(int=7)
ARRIVED = Told(
    id="7-2", type="walker_arrived", at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC), booking_id=BOOKING, data={"n": 1}
)


class Source:
    """Tells what it was given, then waits; knows whether it was closed."""

    def __init__(self, *told: Opened | Told) -> None:
        self._told = told
        self.is_closed = False

    async def follow(self) -> AsyncGenerator[Opened | Told, None]:
        try:
            for one in self._told:
                yield one
            await asyncio.Event().wait()
        finally:
            self.is_closed = True


async def read(source: Source, *, ends_in_s: float, heartbeat_s: float = 15.0, revoked: bool = False) -> httpx.Response:
    async def is_revoked() -> bool:
        return revoked

    async def route(request: Request) -> EventSourceResponse:
        admission = Admission(ends_in_s=ends_in_s, is_revoked=is_revoked, heartbeat_s=heartbeat_s)
        return event_stream(source.follow(), admission)

    app = Starlette(routes=[Route("/", route)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return await client.get("/")


async def test_an_event_is_an_envelope_with_its_id_and_name() -> None:
    answer = await read(Source(Opened("7-1"), ARRIVED), ends_in_s=0.1)
    assert answer.headers["content-type"].startswith("text/event-stream")
    opened, event = answer.text.replace("\r\n", "\n").strip().split("\n\n")
    assert opened == "id: 7-1"
    lines = dict(line.split(": ", 1) for line in event.splitlines())
    assert (lines["id"], lines["event"]) == ("7-2", "walker_arrived")
    assert json.loads(lines["data"]) == {
        "id": "7-2",
        "type": "walker_arrived",
        "at": "2026-11-24T09:30:00Z",
        "booking_id": str(BOOKING),
        "data": {"n": 1},
    }


async def test_a_stream_ends_with_its_token_and_lets_its_source_go() -> None:
    source = Source(Opened("7-1"))
    await asyncio.wait_for(read(source, ends_in_s=0.1), 2)
    assert source.is_closed


async def test_a_token_that_is_over_gets_nothing() -> None:
    answer = await asyncio.wait_for(read(Source(Opened("7-1"), ARRIVED), ends_in_s=-1), 2)
    assert answer.text == ""


async def test_a_quiet_stream_beats() -> None:
    answer = await read(Source(Opened("7-1")), ends_in_s=0.35, heartbeat_s=0.1)
    assert answer.text.count(": heartbeat") >= 2


async def test_a_stream_ends_with_its_session_also_while_things_happen() -> None:
    class Busy(Source):
        async def follow(self) -> AsyncGenerator[Opened | Told, None]:
            try:
                while True:
                    yield ARRIVED
                    await asyncio.sleep(0.02)
            finally:
                self.is_closed = True

    source = Busy()
    answer = await asyncio.wait_for(read(source, ends_in_s=60, heartbeat_s=0.1, revoked=True), 5)
    assert "walker_arrived" in answer.text
    assert source.is_closed
