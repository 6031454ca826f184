"""Quotes: written once, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Quote


async def add(session: AsyncSession, quote: Quote) -> None:
    session.add(quote)
    await session.flush()
