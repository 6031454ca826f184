"""What Redis remembers of log-ins and limits: may be forgotten at any time, at the price of a free retry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.asyncio import Redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# `revoked:` is not among them: without it an ended session's access token would be good again until it expires.
FAMILIES = ("attempts", "rate", "nonce", "ticket", "oidc")
BATCH = 500


async def clear_caches(*, redis_url: str, prefix: str) -> int:
    """Answers how many keys were deleted. Other keys of the same Redis stay."""
    deleted = 0
    async with Redis.from_url(redis_url) as client:
        for family in FAMILIES:
            async for keys in _batches(client, f"{prefix}{family}:*"):
                deleted += int(await client.unlink(*keys))
    return deleted


async def _batches(client: Redis, pattern: str) -> AsyncIterator[list[bytes]]:
    """SCAN, never KEYS: others use this Redis meanwhile."""
    batch: list[bytes] = []
    async for key in client.scan_iter(match=pattern, count=BATCH):
        batch.append(key)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
