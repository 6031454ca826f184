"""Our errors, as Temporal carries them: the code is the type, `retryable` decides."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from temporalio.exceptions import ApplicationError

from dogwalk.errors import DogwalkError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def as_application_error() -> Iterator[None]:
    """Inside, a DogwalkError leaves as an ApplicationError with its code; anything else is retried as it is."""
    try:
        yield
    except DogwalkError as error:
        raise ApplicationError(error.detail, error.extra, type=error.code, non_retryable=not error.retryable) from error
