"""The HTTP edge: `create_app(settings)`."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from api.areas import areas_served, routers_of
from api.body_limit import LimitedBodies
from api.codec_access import CodecAccess
from api.docs import install_docs
from api.errors import install_error_handlers, problems
from api.metrics import serve_metrics
from api.middleware import AccessLog, AnswerHeaders, CaughtErrors, NamedRequests
from api.openapi import ALWAYS, install_document, operation_id
from api.route_index import RouteIndex
from dogwalk.adapters.temporal import connect
from dogwalk.bootstrap import open_resources
from dogwalk.db.repositories import schema_version
from dogwalk.telemetry.http_metrics import HttpMetrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.routing import BaseRoute

    from dogwalk.adapters.clock import SystemClock
    from dogwalk.config import Settings


def create_app(settings: Settings, *, clock: SystemClock | None = None) -> FastAPI:
    """`clock` is a test's, moved with its workflows; tokens stay on the wall clock."""
    metrics = HttpMetrics()
    app = FastAPI(
        routes=_operations(*areas_served(settings)),
        title="Dogwalk",
        version=settings.build_id,
        lifespan=_lifespan(settings, clock, metrics),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect is no answer of ours, and behind a proxy it names the wrong address
        generate_unique_id_function=operation_id,
        middleware=[
            Middleware(NamedRequests),
            Middleware(AccessLog, metrics=metrics),
            Middleware(CodecAccess, ui_url=settings.temporal_ui_url),
            Middleware(AnswerHeaders, is_production=settings.is_production),
            Middleware(CaughtErrors),
            Middleware(LimitedBodies, max_bytes=settings.request_body_limit_bytes),
        ],
    )
    app.state.metrics = metrics
    install_error_handlers(app)
    install_document(app, settings)
    install_docs(app, settings)
    return app


@cache
def _operations(*areas: str) -> list[BaseRoute]:
    """Of these areas and of every process. Theirs and not the app's: FastAPI works them out at their first request, 160 ms
    for all, and a process that makes many apps (a test for each) does so once.
    """
    together = APIRouter(generate_unique_id_function=operation_id)
    for router in routers_of(areas):
        together.include_router(router, responses=problems(*ALWAYS))
    return [RouteIndex(together.routes), *together.routes]


def _lifespan(
    settings: Settings, clock: SystemClock | None, metrics: HttpMetrics
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            resources = await stack.enter_async_context(open_resources(settings, clock=clock))
            app.state.resources = resources
            app.state.temporal = await connect(settings, keys=resources.workflow_keys, vault=resources.vault, lazy=True)
            await asyncio.to_thread(schema_version.of_this_build)
            stack.callback(serve_metrics(metrics.registry, settings))
            yield

    return lifespan
