"""Markets and the publication of their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.market import Market, MarketPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def every(session: AsyncSession) -> Sequence[Market]:
    """There are as many as cities, not as people: whoever looks for one measures them all."""
    return (await session.scalars(select(Market).order_by(Market.id))).all()


async def get(session: AsyncSession, market_id: str) -> Market | None:
    return await session.get(Market, market_id)


async def put(session: AsyncSession, *, market_id: str, at: datetime, **fields: Any) -> None:
    """A new market, or a known one with another circle or name."""
    statement = insert(Market).values(id=market_id, created_at=at, **fields)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=fields))


async def add_policy(
    session: AsyncSession, *, market_id: str, version: str, valid_from: datetime, document: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """The document that stands under this version now: ours, or the one that was there before."""
    statement = insert(MarketPolicy).values(
        market_id=market_id, version=version, valid_from=valid_from, document=document, created_at=at
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=["market_id", "version"]))
    standing = select(MarketPolicy.document).where(MarketPolicy.market_id == market_id, MarketPolicy.version == version)
    found: dict[str, Any] = (await session.scalars(standing)).one()
    return found
