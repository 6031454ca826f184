"""Trouble on demand, by channel and recipient. A provider's answer instead of the work, or none after it."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from devstack.standins.inbox import Channel

ANYBODY = "*"


@dataclass(slots=True, kw_only=True)
class Fault:
    """`status` and `code` as the provider itself would answer: 404 UNREGISTERED (push), 451 greylisted (mail), 500
    InternalFailure (SMS). Without a status the message is received; `lost` then breaks the connection instead of
    answering. `times=None` goes on until cleared.
    """

    channel: Channel
    to: str = ANYBODY
    status: int | None = None
    code: str = ""
    lost: bool = False
    slow_s: float = 0.0
    times: int | None = 1

    def fits(self, channel: Channel, to: str) -> bool:
        return self.channel is channel and self.to in {ANYBODY, to}


class Faults:
    """Asked by the event loop and by the SMS server's threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, channel: Channel, to: str) -> Fault | None:
        """The first that fits, used up by one."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.fits(channel, to)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
            return fault
