"""What goes between processes and may be lost, and what can be taken once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping


class LivePositions(Protocol):
    """Fan-out of walks' news to the processes that have viewers. It may be lost."""

    async def publish(self, messages: Mapping[str, str]) -> None:
        """One message each, by walk id. Unavailable after 50 ms at most."""
        ...

    def listen(self) -> AsyncIterator[tuple[str, str]]:
        """(walk id, message) as they come, until the caller stops iterating. Unavailable when Redis goes away."""
        ...


class OneTime(Protocol):
    """Values that can be taken once, and only for a while. Raises Unavailable."""

    async def put(self, name: str, value: str, *, ttl_s: int) -> None: ...

    async def take(self, name: str) -> str | None:
        """None for one that was taken, is over, or never was."""
        ...


class FanOut(Protocol):
    """Messages that may be lost, to every process that listens. Raises Unavailable."""

    async def publish(self, channel: str, message: str) -> None: ...
    def listen(self, channel: str) -> AsyncIterator[str]: ...
