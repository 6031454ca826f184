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
