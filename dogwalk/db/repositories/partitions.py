"""Daily partitions of `position`, made ahead; the default partition catches what nobody foresaw."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def ensure_position_partitions(session: AsyncSession, *, first: date, last: date) -> None:
    """One partition a day from `first` to `last`, both included; those that exist stay."""
    day = first
    while day <= last:
        await session.execute(text(_create(day)))
        day += timedelta(days=1)


async def one_at_a_time(session: AsyncSession, *, lock_timeout_s: float) -> None:
    """Until the end of the transaction. A new partition locks the default one: whoever reads that must not make the
    ingest wait behind us for long.
    """
    await session.execute(select(func.set_config("lock_timeout", f"{lock_timeout_s:.0f}s", True)))  # noqa: FBT003 SQL's own argument: for this transaction
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("position partitions"))))


def _create(day: date) -> str:
    following = day + timedelta(days=1)
    return (
        f"CREATE TABLE IF NOT EXISTS position_{day:%Y%m%d} PARTITION OF position "
        f"FOR VALUES FROM ('{day}T00:00:00Z') TO ('{following}T00:00:00Z')"
    )
