"""Guesses counted in Redis, by whom they are aimed at: shared by all processes, forgotten by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from dogwalk.adapters.redis import RedisError
from dogwalk.errors import TooManyRequests

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger(__name__)


class RedisAttempts:
    """`limit` in a window of `window_s` that begins with the first. Away, Redis counts nothing: people may still log in,
    and what has a code of few digits is counted in Postgres as well.
    """

    def __init__(self, *, client: Redis, prefix: str, limit: int, window_s: int, is_enforced: bool = True) -> None:
        self._client = client
        self._prefix = f"{prefix}attempts:"
        self._limit = limit
        self._window_s = window_s
        self._is_enforced = is_enforced

    async def take(self, subject: str) -> None:
        """Counted before it is judged, so that many at once are not one. Raises TooManyRequests past the limit."""
        key = self._prefix + subject
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.incr(key)
                pipe.expire(key, self._window_s, nx=True)
                pipe.ttl(key)
                made, _, left_s = await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("attempts_not_counted", error=type(error).__name__)
            return
        if self._is_enforced and made > self._limit:
            raise TooManyRequests("Too many attempts: wait before the next", retry_after_s=max(left_s, 1))

    async def forget(self, subject: str) -> None:
        """The right one came: start over."""
        try:
            await self._client.delete(self._prefix + subject)
        except (RedisError, OSError) as error:
            log.warning("attempts_not_forgotten", error=type(error).__name__)
