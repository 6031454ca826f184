"""Redis for what may be lost: fan-out, latest positions, rate limits. Every call is bounded in time and may fail."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import redis.asyncio as redis

from dogwalk.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

TIMEOUT_S = 2.0

RedisError = redis.RedisError


def connect(url: str) -> redis.Redis:
    """A pooled client; nothing is dialled before the first command."""
    return redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, decode_responses=True)


class RedisPubSub:
    """Fan-out by channel, with this installation's prefix. A lost message costs a wait, never a fact. Raises Unavailable
    while Redis is away.
    """

    def __init__(self, *, client: redis.Redis, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    async def publish(self, channel: str, message: str) -> None:
        with _unavailable():
            await self._client.publish(self._prefix + channel, message)

    async def listen(self, channel: str) -> AsyncIterator[str]:
        """Messages as they come, until the caller stops iterating."""
        with _unavailable():
            async with self._client.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(self._prefix + channel)
                while True:
                    message: dict[str, Any] | None = await subscription.get_message(timeout=None)
                    if message is not None:
                        yield message["data"]


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(f"Redis: {type(error).__name__}") from error
