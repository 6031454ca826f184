"""How the HTTP edge does, for Prometheus: by route template, never by path."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class HttpMetrics:
    """A registry of its own, so that two apps in one process do not share counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "dogwalk_http_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "dogwalk_http_request_seconds",
            "Time to a whole answer; streams left out",
            ["method", "route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._problems = Counter("dogwalk_problems", "Problems answered, by code", ["code"], registry=self.registry)
        self._open = Gauge("dogwalk_http_requests_open", "Requests and streams under way", registry=self.registry)

    def opened(self) -> None:
        self._open.inc()

    def answered(
        self, *, method: str, route: str, status: int, seconds: float, is_stream: bool, problem_code: str | None
    ) -> None:
        self._open.dec()
        self._requests.labels(method, route, str(status)).inc()
        if not is_stream:
            self._seconds.labels(method, route).observe(seconds)
        if problem_code is not None:
            self._problems.labels(problem_code).inc()
