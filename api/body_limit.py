"""Bodies past the limit are answered 413, whether they say how long they are or not. Photos may be larger than the rest.

Starlette's own limit answers in plain text; ours is a problem like every other error.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from api.errors import http_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
PHOTO_BYTES = 10 * 1024 * 1024
AROUND_PHOTO_BYTES = 16 * 1024  # what multipart writes around it
TAKES_PHOTO = re.compile(r"/v1/(?:bookings/[^/]+/photos|dogs/[^/]+/photo|me/photo)")


class LimitedBodies:
    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope["path"])
        if _declared_bytes(scope) > most:
            await http_problem(HTTPException(TOO_LARGE))(scope, receive, send)
            return
        left = most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(TOO_LARGE)
            return message

        await self._app(scope, counted, send)

    def _most(self, path: str) -> int:
        return PHOTO_BYTES + AROUND_PHOTO_BYTES if TAKES_PHOTO.fullmatch(path) else self._max_bytes


def _declared_bytes(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared) if declared.isdecimal() else 0
