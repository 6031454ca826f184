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
from dogwalk.adapters.stripe import StripePaymentGateway
from dogwalk.adapters.vault import SettingsKeyVault
from dogwalk.adapters.workflow_keys import WorkflowKeys
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
    workflow_keys: WorkflowKeys
    payments: StripePaymentGateway


@asynccontextmanager
async def open_resources(settings: Settings, *, clock: SystemClock | None = None) -> AsyncIterator[Resources]:
    async with AsyncExitStack() as stack:
        engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
        stack.push_async_callback(engine.dispose)
        redis = connect_redis(settings.redis_url.get_secret_value())
        stack.push_async_callback(redis.aclose)
        database = Database(engine)
        vault = SettingsKeyVault(keys=settings.payload_key_encryption_keys.get_secret_value())
        payments = _payments(settings)
        stack.push_async_callback(payments.close)
        yield Resources(
            settings=settings,
            database=database,
            redis=redis,
            clock=clock or SystemClock(),
            vault=vault,
            workflow_keys=WorkflowKeys(database=database, vault=vault),
            payments=payments,
        )


def _payments(settings: Settings) -> StripePaymentGateway:
    return StripePaymentGateway(
        api_key=settings.stripe_api_key.get_secret_value(),
        api_base=settings.stripe_api_base,
        timeout_s=settings.stripe_timeout_s,
    )
