"""Every call of a key, for tests that count: route, status, idempotency key, whether it was replayed or faulted."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    method: str
    path: str
    route: str
    status: int
    idempotency_key: str | None
    is_replayed: bool
    fault: str | None


class RequestLog:
    def __init__(self) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()

    def add(self, request: LoggedRequest) -> None:
        self._requests.append(request)
        self._counts[f"{request.method} {request.route}"] += 1

    def report(self) -> dict[str, Any]:
        return {"counts": dict(self._counts), "requests": [asdict(request) for request in self._requests]}
