"""The composition root: the only place that makes engines and clients, in one exit stack.

`async with open_resources(settings) as resources:` gives everything a process needs and closes it in reverse order.
Services are built here from resources and hold no global state.
"""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from dogwalk.adapters.clock import SystemClock
from dogwalk.adapters.redis import connect as connect_redis
from dogwalk.adapters.vault import SettingsKeyVault
from dogwalk.config import Settings
from dogwalk.db.session import Database, create_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one process holds open."""

    settings: Settings
    database: Database
    redis: Redis
    clock: SystemClock
    vault: SettingsKeyVault


@asynccontextmanager
async def open_resources(settings: Settings, *, clock: SystemClock | None = None) -> AsyncIterator[Resources]:
    async with AsyncExitStack() as stack:
        engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
        stack.push_async_callback(engine.dispose)
        redis = connect_redis(settings.redis_url.get_secret_value())
        stack.push_async_callback(redis.aclose)
        yield Resources(
            settings=settings,
            database=Database(engine),
            redis=redis,
            clock=clock or SystemClock(),
            vault=SettingsKeyVault(keys=settings.payload_key_encryption_keys.get_secret_value()),
        )
