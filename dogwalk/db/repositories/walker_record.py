"""A walker's own record: what she accepted, when she last walked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from dogwalk.db.models.walker import Walker

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def accepted(session: AsyncSession, walker_id: UUID) -> None:
    await session.execute(
        update(Walker).where(Walker.person_id == walker_id).values(offers_accepted=Walker.offers_accepted + 1)
    )


async def walked(session: AsyncSession, walker_id: UUID, at: datetime) -> None:
    await session.execute(update(Walker).where(Walker.person_id == walker_id).values(last_walk_at=at))


async def payout_account(session: AsyncSession, walker_id: UUID) -> str | None:
    """The connected account's id at Stripe."""
    return await session.scalar(select(Walker.payout_account_id).where(Walker.person_id == walker_id))
