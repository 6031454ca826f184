"""Ids on every line of a request's log: of its path, and of the booking it turns out to be about."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import structlog

if TYPE_CHECKING:
    from collections.abc import Mapping


def ids_in(path_params: Mapping[str, object]) -> dict[str, str]:
    """Those that are UUIDs: anything else may be what nobody should read."""
    return {name: str(value) for name, value in path_params.items() if _is_uuid(value)}


def name_ids(path_params: Mapping[str, object]) -> None:
    structlog.contextvars.bind_contextvars(**ids_in(path_params))


def name_booking(booking_id: UUID) -> None:
    """Where the path does not say it."""
    structlog.contextvars.bind_contextvars(booking_id=str(booking_id))


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
