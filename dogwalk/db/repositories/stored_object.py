"""What is in the object store, which of it is needed, and what is to be swept away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.photo import StoredObject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


async def announce(session: AsyncSession, key: str, *, at: datetime, doomed_at: datetime) -> None:
    """About to be put: swept away from `doomed_at` on unless a row claims it. One that is claimed stays so."""
    statement = insert(StoredObject).values(key=key, created_at=at, doomed_at=doomed_at)
    again = statement.on_conflict_do_update(
        index_elements=["key"], set_={"doomed_at": doomed_at}, where=StoredObject.doomed_at.is_not(None)
    )
    await session.execute(again)


async def claim(session: AsyncSession, key: str, *, at: datetime) -> bool:
    """In the transaction of the row that needs it. False when it may have been swept away meanwhile."""
    claimed = (
        update(StoredObject)
        .where(StoredObject.key == key, StoredObject.doomed_at.is_(None) | (StoredObject.doomed_at > at))
        .values(doomed_at=None)
        .returning(StoredObject.key)
    )
    return (await session.scalar(claimed)) is not None


async def doom(session: AsyncSession, key: str, *, at: datetime) -> None:
    """No row needs it any more."""
    await session.execute(update(StoredObject).where(StoredObject.key == key).values(doomed_at=at))


async def doomed(session: AsyncSession, *, by: datetime, limit: int) -> Sequence[str]:
    """Oldest first."""
    statement = select(StoredObject.key).where(StoredObject.doomed_at <= by)
    return (await session.scalars(statement.order_by(StoredObject.doomed_at).limit(limit))).all()


async def forget(session: AsyncSession, key: str, *, by: datetime) -> None:
    """Deleted in the store. One that was announced anew meanwhile is not forgotten."""
    await session.execute(delete(StoredObject).where(StoredObject.key == key, StoredObject.doomed_at <= by))
