"""The time of day, as a port: tests move it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """The API's and the sweeps' idea of now (aware UTC). Workflows and activities use `workflow.now()` instead."""

    def now(self) -> datetime: ...
