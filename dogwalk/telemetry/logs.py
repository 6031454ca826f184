"""Logs: one line an event, JSON or readable, redacted, with what the process is working on.

`structlog.contextvars.bind_contextvars(request_id=…, booking_id=…, workflow_id=…)` names that, for every line of the task.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import structlog
from structlog.stdlib import ProcessorFormatter

from dogwalk.telemetry.redaction import redact
from dogwalk.telemetry.stack_trace import add_stack_trace

if TYPE_CHECKING:
    from typing import TextIO

    from structlog.typing import Processor

    from dogwalk.config import Settings

# They say every request, with addresses and ids in it, or every frame.
QUIET = ("httpx", "httpcore", "stripe", "botocore", "boto3", "urllib3", "aiosmtplib", "google", "hpack", "websockets")


def configure_logging(settings: Settings, *, process: str, stream: TextIO | None = None) -> None:
    """Once a process, before anything is opened. The standard library's loggers go the same way."""
    out = stream or sys.stdout
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_shared(process), ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=_shared(process),
            processors=[ProcessorFormatter.remove_processors_meta, add_stack_trace, redact, _renderer(settings, out)],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _shared(process: str) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow={"temporal_workflow", "temporal_activity"}),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        lambda _, __, event: {"process": process, **event},
    ]


def _renderer(settings: Settings, out: TextIO) -> Processor:
    wants_console = settings.log_format == "console" or (settings.log_format == "auto" and out.isatty())
    if wants_console:
        return structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer()
