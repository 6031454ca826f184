"""Amazon SNS by moto's own server, on threads of its own. Moto judges the request; what it accepts goes to the inbox."""

from __future__ import annotations

import asyncio
import io
import socket
import time
from collections.abc import Callable, Iterable
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

from devstack.standins.inbox import Channel, Inbox, Received

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from devstack.standins.faults import Fault, Faults

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
T = TypeVar("T")

OK = "200"
WAITS_FOR_LOOP_S = 10.0
ERROR = "<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{text}</Message></Error></ErrorResponse>"
RECEIVER_FROM = 500


class SnsServer:
    """`start` on the event loop that owns the inbox; `port` is known afterwards."""

    def __init__(self, *, inbox: Inbox, faults: Faults, host: str, port: int) -> None:
        self._inbox = inbox
        self._faults = faults
        self._host = host
        self.port = port

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = await asyncio.to_thread(self._bound)
        self.port = int(self._server.server_port)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.shutdown)
        self._server.server_close()

    def _bound(self) -> Any:
        """Half a second of imports: on a thread, while push and mail answer already."""
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
        from werkzeug.serving import make_server

        class Quiet(MotoRequestHandler):
            def log_request(self, code: object = "-", size: object = "-") -> None:
                """Nothing: what was sent stands in the inbox."""

        self._moto: Wsgi = DomainDispatcherApplication(create_backend_app)
        return make_server(self._host, self.port, self, threaded=True, request_handler=Quiet)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """WSGI, on a thread of the server's."""
        form = _form(environ)
        to = form.get("PhoneNumber") if form.get("Action") == "Publish" else None
        if to is None:
            return self._moto(environ, start_response)
        fault = self._faults.take(Channel.SMS, to)
        time.sleep(fault.slow_s if fault else 0)
        if fault is not None and fault.status is not None:
            return _refusal(fault, start_response)
        return self._publish(environ, start_response, form, is_lost=fault is not None and fault.lost)

    def _publish(
        self, environ: dict[str, Any], start_response: StartResponse, form: dict[str, str], *, is_lost: bool
    ) -> Iterable[bytes]:
        statuses: list[str] = []

        def noting(status: str, headers: Any, error: Any = None) -> Any:
            statuses.append(status)
            return start_response(status, headers, error)

        answer = list(self._moto(environ, noting))
        if statuses[-1].startswith(OK):
            self._on_loop(self._inbox.add(_received(form)))
        if is_lost:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer

    def _on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAITS_FOR_LOOP_S)


def _form(environ: dict[str, Any]) -> dict[str, str]:
    """The body's fields; moto reads the body once more."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}


def _received(form: dict[str, str]) -> Received:
    attributes = {name: value for name, value in form.items() if name.startswith("MessageAttributes.")}
    text = form.get("Message", "")
    return Received(
        channel=Channel.SMS,
        to=form["PhoneNumber"],
        subject=form.get("Subject", ""),
        text=text,
        provider_data=attributes,
    )


def _refusal(fault: Fault, start_response: StartResponse) -> Iterable[bytes]:
    status = fault.status or RECEIVER_FROM
    kind = "Receiver" if status >= RECEIVER_FROM else "Sender"
    start_response(f"{status} Refused", [("Content-Type", "text/xml")])
    return [ERROR.format(kind=kind, code=fault.code or "InternalFailure", text="asked for by a fault").encode()]
