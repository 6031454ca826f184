"""Walks' news over Redis: a channel a walk, one subscription to all of them a process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from dogwalk.adapters.breather import Breather
from dogwalk.adapters.redis import RedisError
from dogwalk.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from redis.asyncio import Redis

PUBLISH_S = 0.05  # a phone's answer waits no longer for it
CHANNEL = "walk:"


class RedisLivePositions:
    """After a failure Redis is left alone for some seconds: else every flush of the ingest would wait for it."""

    def __init__(self, *, client: Redis, prefix: str) -> None:
        self._client = client
        self._channel = prefix + CHANNEL
        self._breather = Breather()

    async def publish(self, messages: Mapping[str, str]) -> None:
        if self._breather.is_on:
            raise Unavailable("Redis: resting")
        try:
            async with asyncio.timeout(PUBLISH_S), self._client.pipeline(transaction=False) as pipeline:
                for walk_id, message in messages.items():
                    pipeline.publish(self._channel + walk_id, message)
                await pipeline.execute()
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._breather.start()
            raise Unavailable(f"Redis: {type(error).__name__}") from error

    async def listen(self) -> AsyncIterator[tuple[str, str]]:
        try:
            async with self._client.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.psubscribe(self._channel + "*")
                while True:
                    message: dict[str, Any] | None = await subscription.get_message(timeout=None)
                    if message is not None:
                        yield message["channel"].removeprefix(self._channel), message["data"]
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from error
