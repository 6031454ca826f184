"""A person as one who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.person import Person

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def get(session: AsyncSession, person_id: UUID) -> Person | None:
    return await session.scalar(select(Person).where(Person.id == person_id))


async def lock(session: AsyncSession, person_id: UUID) -> None:
    """Until the end of the transaction nobody else decides what she may ask for."""
    await session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
