"""After a failure, leave a service alone for a few seconds: else every request would wait for its timeout."""

from __future__ import annotations

import time

BREATHER_S = 5.0


class Breather:
    def __init__(self, *, length_s: float = BREATHER_S) -> None:
        self._length_s = length_s
        self._until = 0.0

    def start(self) -> None:
        self._until = time.monotonic() + self._length_s

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self._until
