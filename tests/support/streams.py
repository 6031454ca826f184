"""A client of server-sent events: blocks of fields, ids remembered as a browser does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

SOON_S = 10.0


class StreamEnded(Exception):
    pass


class Stream:
    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self.last_id = ""

    async def next(self) -> dict[str, str]:
        """The next event with data; heartbeats and bare ids are passed over."""
        return await asyncio.wait_for(self._next(), SOON_S)

    async def _next(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields and not line:
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    return fields
                return await self._next()
        raise StreamEnded

    async def opened(self) -> None:
        """Until the id to resume from is there: from here on nothing is missed."""
        async for line in self._lines:
            if line.startswith("id: "):
                self.last_id = line.removeprefix("id: ")
                return


@asynccontextmanager
async def streamed(http: httpx.AsyncClient, path: str, **given: dict[str, str]) -> AsyncIterator[Stream]:
    async with http.stream("GET", path, **given) as answer:
        assert answer.status_code == 200, answer.status_code
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)
