"""Who likes whom, and who will not be matched with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.person import PersonBlock
from dogwalk.db.models.walker import FavouriteWalker, WalkerCalendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add_favourite(session: AsyncSession, owner_id: UUID, walker_id: UUID, *, at: datetime) -> None:
    statement = insert(FavouriteWalker).values(owner_id=owner_id, walker_id=walker_id, created_at=at)
    await session.execute(statement.on_conflict_do_nothing())


async def drop_favourite(session: AsyncSession, owner_id: UUID, walker_id: UUID) -> None:
    await session.execute(
        delete(FavouriteWalker).where(FavouriteWalker.owner_id == owner_id, FavouriteWalker.walker_id == walker_id)
    )


async def favourites_among(session: AsyncSession, owner_id: UUID, walker_ids: Sequence[UUID]) -> set[UUID]:
    statement = select(FavouriteWalker.walker_id).where(
        FavouriteWalker.owner_id == owner_id, FavouriteWalker.walker_id.in_(walker_ids)
    )
    return set(await session.scalars(statement))


async def add_block(session: AsyncSession, blocker_id: UUID, blocked_id: UUID, *, at: datetime) -> None:
    statement = insert(PersonBlock).values(blocker_id=blocker_id, blocked_id=blocked_id, created_at=at)
    await session.execute(statement.on_conflict_do_nothing())


async def drop_block(session: AsyncSession, blocker_id: UUID, blocked_id: UUID) -> None:
    await session.execute(
        delete(PersonBlock).where(PersonBlock.blocker_id == blocker_id, PersonBlock.blocked_id == blocked_id)
    )


async def blocked_among(session: AsyncSession, blocker_id: UUID, person_ids: Sequence[UUID]) -> set[UUID]:
    statement = select(PersonBlock.blocked_id).where(
        PersonBlock.blocker_id == blocker_id, PersonBlock.blocked_id.in_(person_ids)
    )
    return set(await session.scalars(statement))


async def was_assigned(session: AsyncSession, booking_id: UUID, walker_id: UUID) -> bool:
    """Whether she has, or had, this walk."""
    found = await session.scalar(
        select(WalkerCalendar.id)
        .where(WalkerCalendar.booking_id == booking_id, WalkerCalendar.walker_id == walker_id)
        .limit(1)
    )
    return found is not None
