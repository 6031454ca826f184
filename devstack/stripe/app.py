"""The ASGI app: Stripe's API, the pages a card holder or a walker would see, and the control plane."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devstack.stripe import control, memory, pages
from devstack.stripe.catalog import OPERATIONS
from devstack.stripe.errors import StripeFault
from devstack.stripe.pipeline import respond
from devstack.stripe.registry import Registry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from starlette.requests import Request

    from devstack.stripe.call import Operation


def create_app(*, state_file: Path | None = None) -> Starlette:
    """With a file, accounts are found there at the start and left there at the end."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient() as client:
            app.state.registry = Registry(client=client)
            with _remembered(app.state.registry, state_file):
                yield
            await app.state.registry.close()

    routes = [*(_route(operation) for operation in OPERATIONS), *pages.ROUTES, *control.ROUTES]
    return Starlette(
        routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _unrecognized, StripeFault: _refused}
    )


@contextmanager
def _remembered(registry: Registry, file: Path | None) -> Iterator[None]:
    if file is None:
        yield
        return
    memory.load(registry, file)
    yield
    memory.save(registry, file)


def _route(operation: Operation) -> Route:
    async def endpoint(request: Request) -> Response:
        return await respond(request, operation)

    return Route(operation.route, endpoint, methods=[operation.method])


async def _refused(_: Request, exc: Exception) -> Response:
    """For the pages and the control plane; the pipeline answers its own."""
    if not isinstance(exc, StripeFault):
        raise exc
    return JSONResponse(exc.body, status_code=exc.status)


async def _unrecognized(request: Request, exc: Exception) -> Response:
    status = exc.status_code if isinstance(exc, HTTPException) else 500
    message = f"Unrecognized request URL ({request.method}: {request.url.path})."
    return JSONResponse({"error": {"type": "invalid_request_error", "message": message}}, status_code=status)
