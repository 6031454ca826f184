"""Counting in Redis, for all processes together: fixed windows, one key each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from dogwalk.adapters.breather import Breather
from dogwalk.adapters.redis import RedisError

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = structlog.get_logger(__name__)

# One step, so that a key never stays without an end. KEYS[2], where given, is asked for first.
COUNT = """
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then
  return {-1, 0}
end
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    name: str
    quota: int
    window_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateVerdict:
    limit: RateLimit
    remaining: int
    resets_in_s: int
    is_over: bool


class Barred(Exception):
    """The key was there that bars the caller; the call is not counted."""


class RateLimiter:
    """Redis away: nobody is limited."""

    def __init__(self, *, client: Redis, prefix: str) -> None:
        self._count = client.register_script(COUNT)
        self._prefix = f"{prefix}rate:"
        self._breather = Breather()

    async def count(self, limit: RateLimit, who: str, *, unless: str | None = None) -> RateVerdict | None:
        """One more by `who`. None when nobody counts. Barred while the key `unless` is there: the same round trip."""
        if self._breather.is_on:
            return None
        try:
            keys = [f"{self._prefix}{limit.name}:{who}", *([unless] if unless else [])]
            count, left_ms = await self._count(keys=keys, args=[limit.window_s * 1000])
        except (RedisError, OSError) as error:
            self._breather.start()
            log.warning("rates_uncounted", error=type(error).__name__)
            return None
        if count < 0:
            raise Barred
        return RateVerdict(
            limit=limit,
            remaining=max(0, limit.quota - count),
            resets_in_s=max(1, -(-left_ms // 1000)),
            is_over=count > limit.quota,
        )
