"""An answer that never arrives although the work was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from devstack.stripe.faults import Lost

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class LostResponse(Response):
    """`CLOSE` promises a body and breaks off (the server then closes the connection); `HANG` waits for the client."""

    def __init__(self, how: Lost) -> None:
        super().__init__()
        self._how = how

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        if self._how is Lost.CLOSE:
            headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
        else:
            while (await receive())["type"] != "http.disconnect":
                pass
