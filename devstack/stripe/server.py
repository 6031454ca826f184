"""The emulator on a port: in the foreground, or in a thread for tests."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devstack.stand_in_server import stand_in_server
from devstack.stripe.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import uvicorn

STARTS_WITHIN_S = 10.0


def serve(*, host: str, port: int, state_file: Path | None = None) -> None:
    """Until a signal; prints the address first, so that port 0 is of use."""
    listener = socket.create_server((host, port))
    print(f"stripe: http://{host}:{listener.getsockname()[1]}", flush=True)
    stand_in_server(create_app(state_file=state_file)).run(sockets=[listener])


@contextmanager
def running_emulator() -> Iterator[str]:
    """A base address on a free port; everything is gone at the end."""
    server, listener = stand_in_server(create_app()), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_for(server)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(STARTS_WITHIN_S)
        listener.close()


def _wait_for(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not server.started:
        if time.monotonic() > deadline:
            raise TimeoutError("the Stripe emulator did not start")
        time.sleep(0.01)
