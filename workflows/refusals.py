"""Refusals of commands as Temporal carries them: an ApplicationError with a stable code, never another exception.

Any other exception in a handler would be a stuck workflow task, not a refusal.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from dogwalk.errors import DogwalkError

if TYPE_CHECKING:
    from collections.abc import Iterator


def refusal(code: str, detail: str, **extra: Any) -> ApplicationError:
    """`extra` reaches the client beside the code."""
    return ApplicationError(detail, extra, type=code, non_retryable=True, category=ApplicationErrorCategory.BENIGN)


def refused_with(error: ActivityError) -> str | None:
    """The code; none of an activity that only took too long."""
    return error.cause.type if isinstance(error.cause, ApplicationError) else None


@contextmanager
def as_refusal() -> Iterator[None]:
    """Inside, a rule's DogwalkError leaves as a refusal with its code."""
    try:
        yield
    except DogwalkError as error:
        raise refusal(error.code, error.detail, **error.extra) from error
