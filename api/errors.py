"""One handler for every error: what the business refused, what validation refused, what is not there, what broke."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.problem import PROBLEM_JSON, ProblemResponse, problem, problem_of
from api.schemas.problem import FieldError
from dogwalk.db.session import RETRYABLE, sqlstate
from dogwalk.errors import DogwalkError, InvalidInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI, Request

log = structlog.get_logger(__name__)

HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 406: "not_acceptable", 413: "payload_too_large"}
AWAY = (OperationalError, InterfaceError, PoolTimeoutError, ConnectionError)
MAX_FIELD_ERRORS = 20


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: these statuses answer with a Problem. api/openapi.py adds what every route answers."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(DogwalkError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (DBAPIError, PoolTimeoutError, ConnectionError):
        app.add_exception_handler(kind, _broken)


def broken(error: Exception) -> ProblemResponse:
    """Postgres away, or a deadlock: 503; anything else is ours to mend: 500, the reason in the log and nowhere else."""
    if isinstance(error, AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        log.warning("database_away", error=type(error).__name__)
        return problem_of(Unavailable("The database is away"))
    if isinstance(error, DBAPIError) and sqlstate(error) in RETRYABLE:
        log.warning("database_gave_way", sqlstate=sqlstate(error))
        return problem_of(Unavailable("Somebody else changed the same; send it again"))
    log.error("request_failed", exc_info=error)
    return problem(status=500, code="internal", title="Something went wrong", detail="It is written down; try again")


def http_problem(error: HTTPException) -> ProblemResponse:
    """404, 405, 413 and the like, of the framework's own."""
    if error.status_code == HTTPStatus.BAD_REQUEST:  # a body that could not be parsed
        return problem_of(InvalidInput("The body could not be read"))
    phrase = HTTPStatus(error.status_code).phrase
    return problem(
        status=error.status_code,
        code=HTTP_CODES.get(error.status_code, f"http_{error.status_code}"),
        title=phrase,
        detail=phrase,
        headers=dict(error.headers or {}),
    )


async def _refused(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, DogwalkError)  # noqa: S101 registered for it
    return problem_of(error)


async def _invalid(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for it
    found = [_field_error(one) for one in error.errors()[:MAX_FIELD_ERRORS]]
    return problem(
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        code=InvalidInput.code,
        title=InvalidInput.title,
        detail="; ".join(f"{one.pointer}: {one.detail}" for one in found[:3]),
        field_errors=found,
    )


async def _http(_: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 registered for it
    return http_problem(error)


async def _broken(_: Request, error: Exception) -> ProblemResponse:
    return broken(error)


def _field_error(found: dict[str, Any]) -> FieldError:
    return FieldError(pointer=_pointer(found["loc"]), code=found["type"], detail=found["msg"])


def _pointer(location: Sequence[str | int]) -> str:
    """RFC 6901. A body's fields stand at the root; `/query/limit`, `/path/id`, `/header/…` name other places."""
    parts = location[1:] if location and location[0] == "body" else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
