"""The Temporal UI's way to `/codec`: another origin, and a browser that cannot be told a token but carries a cookie."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/codec/"
COOKIE = "codec_token"


class CodecAccess:
    """CORS for the UI's origin under `/codec` and nowhere else; there the cookie stands in for a missing bearer token. It
    is SameSite=Strict, and what it opens changes nothing.
    """

    def __init__(self, app: ASGIApp, *, ui_url: str | None) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=[_origin(ui_url)] if ui_url else [],
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
            allow_credentials=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        await self._shared(_with_token(scope), receive, send)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _with_token(scope: Scope) -> Scope:
    headers = Headers(scope=scope)
    token = _cookie(headers.get("cookie", ""))
    if "authorization" in headers or token is None:
        return scope
    return {**scope, "headers": [*scope["headers"], (b"authorization", f"Bearer {token}".encode())]}


def _cookie(header: str) -> str | None:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None and found.value.isascii() else None
