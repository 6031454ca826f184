"""Durable facts as people follow them: streams that can be resumed, and a booking's story in plain words."""

from __future__ import annotations

from dogwalk.services.event.stream import EventStreams, Opened, Told
from dogwalk.services.event.wakes import Wakes

__all__ = ["EventStreams", "Opened", "Told", "Wakes"]
