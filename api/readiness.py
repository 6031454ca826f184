"""What this process needs, asked within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import ProgrammingError

from api.schemas.operations import Readiness
from dogwalk.db.repositories import schema_version

if TYPE_CHECKING:
    from temporalio.client import Client

    from dogwalk.bootstrap import Resources

PATIENCE_S = 1.0


async def readiness(resources: Resources, temporal: Client) -> Readiness:
    """`unavailable` only without Postgres or its migrations: the rest of the API works while Redis or Temporal is away."""
    database, redis, workflows = await asyncio.gather(
        _answers(_is_migrated(resources)), _answers(_pings(resources)), _answers(_serves(temporal))
    )
    missing = [] if database else ["postgres"]
    degraded = [name for name, is_there in (("redis", redis), ("temporal", workflows)) if not is_there]
    status = "unavailable" if missing else "degraded" if degraded else "ready"
    return Readiness.model_validate({"status": status, "degraded": degraded, "missing": missing})


async def _answers(question: Awaitable[bool]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await question
    except Exception:  # noqa: BLE001 whatever it is, it does not answer
        return False


async def _is_migrated(resources: Resources) -> bool:
    try:
        async with resources.database.transaction() as session:
            return await schema_version.is_current(session)
    except ProgrammingError:  # an empty database
        return False


async def _pings(resources: Resources) -> bool:
    return bool(await resources.redis.ping())


async def _serves(temporal: Client) -> bool:
    return await temporal.service_client.check_health(timeout=timedelta(seconds=PATIENCE_S))
