"""The document: what every operation may answer is worked out from what it takes, so that none is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from api.deps import POLICIES, anyone
from api.errors import problems
from api.follower import follower
from api.idempotency import HEADER, KEY_PATTERN, once
from api.phone import walks_phone
from api.schemas.event import EventEnvelope
from api.schemas.live import LiveView
from api.schemas.problem import Problem
from api.upload import once_uploaded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant
    from fastapi.routing import RouteContext
    from pydantic import BaseModel

    from dogwalk.config import Settings

DESCRIPTION = """\
Dog walks, from the booking to the payout.

Clients ignore fields and enum values they do not know. Times are RFC 3339, stored in UTC; ids are UUIDs; money is
`{"amount": 2500, "currency": "usd"}` in minor units; distances are metres, spans seconds, positions WGS 84 degrees.
Every error is an RFC 9457 problem with a stable `code`.
"""
TAGS = {
    "auth": "Registration, log-in, sessions, second factor, my account",
    "household": "Dogs and homes",
    "walker": "Walkers, their times and their payout account",
    "booking": "Quotes, bookings, offers, the walk itself",
    "payment": "Cards, payments, receipts",
    "notification": "Devices, streams, the in-app inbox",
    "tracking": "Positions, live and afterwards",
    "support": "For support: bookings in trouble, tasks, people",
    "operations": "For operators and machines",
}
ALWAYS = (422, 429, 500, 503)
WITH_BODY = (413,)
SIGNED_IN = (401, 403)
# No route takes or returns them: errors, and the data of events.
NAMED_BY_HAND: tuple[type[BaseModel], ...] = (Problem, EventEnvelope, LiveView)
WITH_PATH_IDS = (404,)
IDEMPOTENT = (400, 409)
ONCE = frozenset({once, once_uploaded})
REQUEST_ID_HEADER = {"X-Request-Id": {"schema": {"type": "string"}, "description": "Quote it when asking for help"}}
KEY_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "The same at every try of one command; kept for 7 days",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": KEY_PATTERN},
    "example": "0193f6c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f",
}


def install_document(app: FastAPI, settings: Settings) -> None:
    """Instead of FastAPI's own `app.openapi`; made once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document_of(app, settings)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign] # the documented way to extend it


def operations(app: FastAPI) -> Iterator[RouteContext]:
    """Every route with a policy to have; the document's own pages are Starlette's and have none."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context


def operation_id(route: APIRoute) -> str:
    """The function's name: what a generated client calls its method."""
    return route.name


def policies_of(context: RouteContext) -> list[Callable[..., Any]]:
    return [call for call in _calls(context.dependant) if call in POLICIES or call in {walks_phone, follower}]


def document_of(app: FastAPI, settings: Settings, *, tags: Collection[str] = frozenset(TAGS)) -> dict[str, Any]:
    """Of the operations with one of `tags`; of all, unless said otherwise."""
    routes = [context for context in operations(app) if not set(tags).isdisjoint(context.tags)]
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items() if name in tags],
    )
    document["info"] |= _contacts(settings)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas |= _schemas_of(*NAMED_BY_HAND)
    for context in routes:
        if context.include_in_schema:
            _complete(document["paths"][context.path_format], context)
    return document


def _contacts(settings: Settings) -> dict[str, Any]:
    return {
        "contact": {"name": "Technical questions", "email": settings.contact_technical},
        "x-contacts": {"security": settings.contact_security, "emergency": settings.contact_emergency},
    }


def _complete(path: dict[str, Any], context: RouteContext) -> None:
    for method in context.methods or ():
        operation = path[method.lower()]
        operation["responses"] = _in_order({**_expected(context), **operation["responses"]})
        for response in operation["responses"].values():
            response.setdefault("headers", {}).update(REQUEST_ID_HEADER)
        if ONCE.intersection(_calls(context.dependant)):
            operation.setdefault("parameters", []).append(KEY_PARAMETER)


def _expected(context: RouteContext) -> dict[str, Any]:
    """Beside what the route names itself."""
    calls = set(_calls(context.dependant))
    statuses = [*SIGNED_IN] if anyone not in calls else []
    statuses += WITH_PATH_IDS if "{" in (context.path_format or "") else ()
    statuses += IDEMPOTENT if ONCE & calls else ()
    statuses += WITH_BODY if {"POST", "PUT", "PATCH"} & set(context.methods or ()) else ()
    return {str(status): answer for status, answer in problems(*statuses).items()}


def _in_order(responses: dict[str, Any]) -> dict[str, Any]:
    return {status: dict(responses[status]) for status in sorted(responses)}


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for dependency in dependant.dependencies:
        if dependency.call is not None:
            yield dependency.call
        yield from _calls(dependency)


def _schemas_of(*models: type[BaseModel]) -> dict[str, Any]:
    """By name, with those they are made of."""
    found: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        found |= {**schema.pop("$defs", {}), model.__name__: schema}
    return found
