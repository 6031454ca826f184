"""A key's own time: the wall clock plus what was advanced, so that tests run side by side."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    def __init__(self) -> None:
        self._ahead_s = 0.0

    def advance(self, seconds: float) -> None:
        self._ahead_s += seconds

    def now(self) -> int:
        """Unix seconds, as in every `created`."""
        return int(time.time() + self._ahead_s)

    def now_text(self) -> str:
        """RFC 3339, as in v2 objects."""
        return to_text(self.now())


def to_text(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
