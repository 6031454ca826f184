"""Now, for processes outside a workflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SystemClock:
    """`offset` is moved by tests that skip time; it is zero everywhere else."""

    def __init__(self, *, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset
