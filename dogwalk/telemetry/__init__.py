"""Logs and metrics: how every process is seen from outside."""

from __future__ import annotations

from dogwalk.telemetry.logs import configure_logging

__all__ = ["configure_logging"]
