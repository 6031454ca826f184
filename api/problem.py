"""Making a problem+json answer. Input is never echoed: it may be a password, a token or an address."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi.responses import JSONResponse

from api.schemas.problem import FieldError, Problem
from dogwalk import errors

PROBLEM_JSON = "application/problem+json"
STATUSES: dict[type[errors.DogwalkError], int] = {
    errors.InvalidInput: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
    errors.CardDeclined: 409,
    errors.AuthenticationRequired: 409,
    errors.PaymentError: 503,
}
STATUSES_OF_CODES = {"idempotency_key_required": 400}
RETRY_AFTER_S = 2
RESERVED = frozenset(Problem.model_fields)


class ProblemResponse(JSONResponse):
    media_type = PROBLEM_JSON


def problem_of(error: errors.DogwalkError) -> ProblemResponse:
    """A refusal of the business."""
    return problem(
        status=status_of(error),
        code=error.code,
        title=error.title,
        detail=error.detail,
        field_errors=_field_errors(error),
        extra=error.extra,
        headers=_headers(error),
    )


def status_of(error: errors.DogwalkError) -> int:
    """By code, then by the nearest class; 500 for what nobody may answer with."""
    if error.code in STATUSES_OF_CODES:
        return STATUSES_OF_CODES[error.code]
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def problem(
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    field_errors: list[FieldError] | None = None,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> ProblemResponse:
    """`extra` adds members; it replaces none. The code also goes to the access log."""
    structlog.contextvars.bind_contextvars(problem_code=code)
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    more = {name: value for name, value in (extra or {}).items() if name not in RESERVED}
    made = Problem(
        type=f"urn:dogwalk:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        instance=f"urn:dogwalk:request:{request_id}",
        code=code,
        request_id=request_id,
        errors=field_errors,
        **more,
    )
    body = made.model_dump(mode="json", exclude={"errors"} if field_errors is None else None)
    return ProblemResponse(body, status_code=status, headers=headers)


def _field_errors(error: errors.DogwalkError) -> list[FieldError] | None:
    if not isinstance(error, errors.InvalidInput) or not error.pointers:
        return None
    return [FieldError(pointer=pointer, code=error.code, detail=error.detail) for pointer in error.pointers]


def _headers(error: errors.DogwalkError) -> dict[str, str]:
    if isinstance(error, errors.TooManyRequests):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, errors.Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": str(RETRY_AFTER_S)} if status_of(error) == STATUSES[errors.Unavailable] else {}
