"""The metrics' own port, never the public one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import start_http_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import CollectorRegistry

    from dogwalk.config import Settings


def serve_metrics(registry: CollectorRegistry, settings: Settings) -> Callable[[], None]:
    """Returns what stops it. METRICS_PORT 0 serves none."""
    if not settings.metrics_port:
        return lambda: None
    server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(timeout=1.0)

    return stop
