"""What happens around every request, outermost first: a name and a line in the log, headers, and no error uncaught.

Pure ASGI: streams pass through as they come.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect

from api.errors import broken
from api.named_ids import ids_in
from api.problem import problem_of
from api.rate_limit import VERDICT, headers_of
from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dogwalk.telemetry.http_metrics import HttpMetrics

log = structlog.get_logger(__name__)

REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET_ROUTES = frozenset({"/healthz", "/readyz"})
UNMATCHED = "unmatched"
ANSWERS = frozenset({"http.response.start", "websocket.http.response.start"})  # the second: a handshake refused
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
NO_STORE = {"Cache-Control": "no-store"}


class NamedRequests:
    """Each request gets an id, the caller's own when it is a sane one, bound to every log line and echoed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def named(message: Message) -> None:
            _add_headers(message, {"X-Request-Id": request_id})
            await send(message)

        await self._app(scope, receive, named)


class AccessLog:
    """One line and one count a request, by route template: paths and queries may hold tokens and positions."""

    def __init__(self, app: ASGIApp, *, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer()

        async def seen(message: Message) -> None:
            answer.see(message)
            await send(message)

        self._metrics.opened()
        try:
            await self._app(scope, receive, seen)
        finally:
            self._write(scope, answer)

    def _write(self, scope: Scope, answer: _Answer) -> None:
        bound = structlog.contextvars.get_contextvars()
        method = scope["method"] if scope["method"] in METHODS else "other"
        route, seconds = route_of(scope), time.perf_counter() - answer.started
        self._metrics.answered(
            method=method,
            route=route,
            status=answer.status,
            seconds=seconds,
            is_stream=answer.is_stream,
            problem_code=bound.get("problem_code"),
        )
        write = log.debug if route in QUIET_ROUTES else log.info
        ids = ids_in(scope.get("path_params", {}))
        write("request", method=method, route=route, status=answer.status, ms=round(seconds * 1000, 1), **ids)


class AnswerHeaders:
    """Security headers, `no-store` under /v1, rate limits. What a route has set itself is kept."""

    def __init__(self, app: ASGIApp, *, is_production: bool) -> None:
        self._app = app
        self._always = {**SECURITY_HEADERS, **(HSTS if is_production else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            verdict = scope.get(VERDICT)
            cache = NO_STORE if scope["path"].startswith("/v1/") else {}
            _add_headers(message, {**self._always, **cache, **(headers_of(verdict) if verdict else {})})
            await send(message)

        await self._app(scope, receive, dressed)


class CaughtErrors:
    """Nothing passes: an error nobody mapped is a 500 without a word of what it was. Also refuses what Postgres could
    not store, a NUL in path or query.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer()

        async def seen(message: Message) -> None:
            answer.see(message)
            await send(message)

        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            await problem_of(InvalidInput("The address must not hold the character NUL"))(scope, receive, send)
            return
        try:
            await self._app(scope, receive, seen)
        except ClientDisconnect:
            log.info("client_gone")
        except Exception as error:  # noqa: BLE001 the last net
            response = broken(error)
            if not answer.has_started:
                await response(scope, receive, seen)


class _Answer:
    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.status = 499  # the caller went away before an answer
        self.has_started = False
        self.is_stream = False

    def see(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            self.status = message["status"]
            self.is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith("text/event-stream")


def route_of(scope: Scope) -> str:
    """The template, e.g. `/v1/bookings/{booking_id}`."""
    return getattr(scope.get("route"), "path", UNMATCHED)


def _add_headers(message: Message, headers: dict[str, str]) -> None:
    if message["type"] not in ANSWERS:
        return
    present = MutableHeaders(scope=message)
    for name, value in headers.items():
        present.setdefault(name, value)
