"""Market policies: immutable documents, read by their version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.market import MarketPolicy as MarketPolicyRow
from dogwalk.domain.policy import MarketPolicy
from dogwalk.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def by_version(session: AsyncSession, market_id: str, version: str) -> MarketPolicy:
    document = await session.scalar(
        select(MarketPolicyRow.document).where(
            MarketPolicyRow.market_id == market_id, MarketPolicyRow.version == version
        )
    )
    if document is None:
        raise NotFound(f"Market {market_id} has no policy {version}", code="policy_not_found")
    return MarketPolicy.model_validate(document)


async def in_force(session: AsyncSession, market_id: str, at: datetime) -> MarketPolicy:
    """The newest one whose date has come."""
    document = await session.scalar(
        select(MarketPolicyRow.document)
        .where(MarketPolicyRow.market_id == market_id, MarketPolicyRow.valid_from <= at)
        .order_by(MarketPolicyRow.valid_from.desc(), MarketPolicyRow.version.desc())
        .limit(1)
    )
    if document is None:
        raise NotFound(f"Market {market_id} has no policy in force", code="policy_not_found")
    return MarketPolicy.model_validate(document)
