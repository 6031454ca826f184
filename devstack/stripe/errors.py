"""Stripe's error shapes. `stored` says whether the answer is kept under the idempotency key: what failed validation is
not, what began to execute (card errors, refusals by state) is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

INVALID_REQUEST = "invalid_request_error"


class StripeFault(Exception):
    """An answer of 4xx or 5xx, raised anywhere below the pipeline."""

    def __init__(
        self, message: str, *, status: int = 400, kind: str = INVALID_REQUEST, stored: bool = False, **fields: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.stored = stored
        self.error: Json = {"type": kind, "message": message} | {k: v for k, v in fields.items() if v is not None}

    @property
    def body(self) -> Json:
        return {"error": self.error}


def missing(param: str) -> StripeFault:
    return StripeFault(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> StripeFault:
    return StripeFault(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def invalid(message: str, *, param: str, code: str | None = None) -> StripeFault:
    return StripeFault(message, param=param, code=code)


def no_such(kind: str, object_id: str, *, param: str | None) -> StripeFault:
    """404 for the object in the path, 400 for one named by a parameter."""
    status = 400 if param else 404
    return StripeFault(f"No such {kind}: '{object_id}'", status=status, code="resource_missing", param=param or "id")


def wrong_state(message: str, *, code: str, **fields: Any) -> StripeFault:
    """The request was understood and refused: kept under its idempotency key."""
    return StripeFault(message, code=code, stored=True, **fields)


def card_error(message: str, *, code: str, decline_code: str | None = None, **fields: Any) -> StripeFault:
    return StripeFault(
        message, status=402, kind="card_error", stored=True, code=code, decline_code=decline_code, **fields
    )
