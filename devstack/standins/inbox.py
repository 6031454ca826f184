"""What was received, newest last. It may be lost; it is never written to disk."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

KEPT = 20_000


class Channel(StrEnum):
    PUSH = "push"
    MAIL = "mail"
    SMS = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """`to` is a device, an address or a number. `provider_data` is what only this channel has."""

    channel: Channel
    to: str
    subject: str
    text: str
    html: str | None = None
    provider_data: dict[str, Any] = field(default_factory=dict)


class Inbox:
    """For one event loop. Numbers start at 1 and are never given twice."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, datetime, Received]] = deque(maxlen=KEPT)
        self._last = 0
        self._news = asyncio.Condition()

    async def add(self, message: Received) -> int:
        async with self._news:
            self._last += 1
            self._kept.append((self._last, datetime.now(UTC), message))
            self._news.notify_all()
            return self._last

    def found(self, *, to: str | None = None, channel: str | None = None, after: int = 0) -> list[dict[str, Any]]:
        return [
            {"id": number, "at": at.isoformat(), **asdict(message)}
            for number, at, message in self._kept
            if number > after and to in {None, message.to} and channel in {None, message.channel}
        ]

    async def wait(self, *, to: str | None, channel: str | None, after: int, wait_s: float) -> list[dict[str, Any]]:
        """As soon as there is one, or nothing after `wait_s`."""
        async with self._news:
            try:
                async with asyncio.timeout(wait_s):
                    while not (found := self.found(to=to, channel=channel, after=after)):
                        await self._news.wait()
            except TimeoutError:
                return []
            return found

    def clear(self) -> None:
        self._kept.clear()
