"""How a stand-in is served over HTTP: Stripe's emulator as well as FCM and the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from starlette.applications import Starlette

KEEP_ALIVE_S = 75  # longer than clients keep an idle connection, or they write into one that is just being closed


def stand_in_server(app: Starlette) -> uvicorn.Server:
    """Quiet: a lost answer is an error to uvicorn, and here it is on purpose. Only a crash is worth a line."""
    config = uvicorn.Config(
        app, log_level="critical", lifespan="on", timeout_graceful_shutdown=1, timeout_keep_alive=KEEP_ALIVE_S
    )
    return uvicorn.Server(config)
