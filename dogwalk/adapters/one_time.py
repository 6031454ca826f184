"""What is given out once and taken back once, kept in Redis for seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dogwalk.adapters.redis import RedisError
from dogwalk.errors import Unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis


class RedisOneTime:
    def __init__(self, *, client: Redis, prefix: str) -> None:
        self._client = client
        self._prefix = f"{prefix}once:"

    async def put(self, name: str, value: str, *, ttl_s: int) -> None:
        try:
            await self._client.set(self._prefix + name, value, ex=ttl_s)
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from error

    async def take(self, name: str) -> str | None:
        try:
            value: Any = await self._client.getdel(self._prefix + name)
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from error
        return None if value is None else str(value)
