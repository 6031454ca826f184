"""The HTTP edge: `create_app(settings)`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from api.errors import install_error_handlers
from api.routers import ROUTERS
from dogwalk.adapters.temporal import connect
from dogwalk.bootstrap import open_resources

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.adapters.clock import SystemClock
    from dogwalk.config import Settings


def create_app(settings: Settings, *, clock: SystemClock | None = None) -> FastAPI:
    """`clock` is a test's, moved with its workflows; tokens stay on the wall clock."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings, clock=clock) as resources:
            app.state.resources = resources
            app.state.temporal = await connect(settings, keys=resources.workflow_keys, lazy=True)
            yield

    app = FastAPI(
        title="Dogwalk",
        version=settings.build_id,
        lifespan=lifespan,
        docs_url="/api-docs",
        redoc_url=None,
        max_body_size=settings.request_body_limit_bytes,
    )
    install_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
