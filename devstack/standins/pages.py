"""The inbox for people (a page) and for programs (JSON), and the faults."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from devstack.standins.faults import ANYBODY, Fault, Faults
from devstack.standins.inbox import Channel, Inbox

if TYPE_CHECKING:
    from starlette.requests import Request

PAGE = Path(__file__).with_name("inbox.html")
LONGEST_WAIT_S = 60.0


class Search(BaseModel):
    """`after` is the id of the last message known; `wait_s` waits for one that fits."""

    model_config = ConfigDict(extra="forbid")

    to: str | None = None
    channel: Channel | None = None
    after: int = 0
    wait_s: float = Field(default=0, ge=0, le=LONGEST_WAIT_S)


class AddFault(BaseModel):
    """`status` and `code` as the provider would answer; see devstack.standins.faults."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel
    to: str = ANYBODY
    status: int | None = None
    code: str = ""
    lost: bool = False
    slow_s: float = 0.0
    times: int | None = 1


class Pages:
    def __init__(self, *, inbox: Inbox, faults: Faults) -> None:
        self._inbox = inbox
        self._faults = faults

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/", self.page, methods=["GET"]),
            Route("/_inbox", self.page, methods=["GET"]),
            Route("/messages", self.messages, methods=["GET"]),
            Route("/messages", self.clear, methods=["DELETE"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
        ]

    async def page(self, request: Request) -> Response:
        del request
        return HTMLResponse(PAGE.read_text(encoding="utf-8"))

    async def messages(self, request: Request) -> Response:
        search = Search.model_validate(dict(request.query_params))
        found = await self._inbox.wait(to=search.to, channel=search.channel, after=search.after, wait_s=search.wait_s)
        return JSONResponse({"items": found})

    async def clear(self, request: Request) -> Response:
        del request
        self._inbox.clear()
        return Response(status_code=204)

    async def add_fault(self, request: Request) -> Response:
        fault = AddFault.model_validate_json(await request.body())
        self._faults.add(Fault(**fault.model_dump()))
        return JSONResponse(fault.model_dump(), status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        del request
        self._faults.clear()
        return Response(status_code=204)


async def refuse(request: Request, exc: Exception) -> Response:
    """What pydantic found wrong, as 422."""
    del request
    if not isinstance(exc, ValidationError):
        raise exc
    return JSONResponse({"errors": exc.errors(include_url=False, include_context=False)}, status_code=422)
