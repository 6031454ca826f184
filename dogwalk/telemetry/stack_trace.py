"""Exceptions for a log: types and frames. Messages that quote rows or input are left out, others are redacted."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

from dogwalk.telemetry.redaction import redacted_text

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

# A database quotes the row that broke a constraint, validation the input that broke a rule.
QUOTING = ("sqlalchemy", "asyncpg", "pydantic", "pydantic_core", "fastapi", "json", "stripe", "jwt")
MAX_FRAMES = 25
MAX_CAUSES = 5
MAX_MESSAGE_CHARACTERS = 500


def add_stack_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The structlog processor: `exc_info` becomes `exception`, a text of its chain, newest first."""
    error = _error(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = described(error)
    return event


def described(error: BaseException) -> str:
    told: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(told) < MAX_CAUSES:
        told.append(_one(seen))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n  caused by ".join(told)


def _one(error: BaseException) -> str:
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    places = "".join(f"\n    {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{kind.__module__}.{kind.__qualname__}{_message(error)}{places}"


def _message(error: BaseException) -> str:
    if any(base.__module__.split(".")[0] in QUOTING for base in type(error).__mro__):
        return ""
    return f": {redacted_text(str(error)[:MAX_MESSAGE_CHARACTERS])}"


def _error(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None
