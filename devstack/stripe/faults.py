"""Trouble on demand, by route: a status instead of work, an answer lost after the work, a slow answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from devstack.stripe.errors import StripeFault

ALL_ROUTES = "*"


class Lost(StrEnum):
    CLOSE = "close"  # the connection breaks
    HANG = "hang"  # nothing comes until the client gives up


@dataclass(slots=True)
class Fault:
    """`route` is a template (`/v1/payment_intents/{id}/capture`) or a pattern on the path (`/v1/refunds*`);
    `times=None` goes on until cleared.
    """

    route: str = ALL_ROUTES
    method: str | None = None
    status: int | None = None
    lost: Lost | None = None
    slow_s: float = 0.0
    times: int | None = 1

    @property
    def label(self) -> str:
        return f"status {self.status}" if self.status else f"lost {self.lost}" if self.lost else f"slow {self.slow_s} s"

    def fits(self, method: str, route: str, path: str) -> bool:
        is_method = self.method is None or self.method.upper() == method
        return is_method and (self.route == route or fnmatchcase(path, self.route))


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, route: str, path: str) -> Fault | None:
        """The first that fits, used up by one."""
        for fault in self._faults:
            if fault.fits(method, route, path):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._faults.remove(fault)


def answer_for(status: int) -> StripeFault:
    if status == 429:  # noqa: PLR2004 Too Many Requests
        return StripeFault("Request rate limit exceeded.", status=status, code="rate_limit")
    return StripeFault("An unknown error occurred (injected by the stand-in).", status=status, kind="api_error")
