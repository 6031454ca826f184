"""Walkers whom others may see: those who may be offered walks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from dogwalk.db.models.person import Person
from dogwalk.db.models.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def visible(session: AsyncSession, walker_ids: Sequence[UUID]) -> Sequence[tuple[Walker, str, str | None]]:
    """Those of them, each with her name and the key of her photo."""
    statement = (
        select(Walker, Person.name, Person.photo_key)
        .join(Person, Person.id == Walker.person_id)
        .where(
            Walker.person_id.in_(walker_ids),
            Walker.verified_at.is_not(None),
            Walker.two_factor_on,
            Walker.payout_active,
            Walker.home_lat.is_not(None),
            Walker.suspended_at.is_(None),
        )
    )
    return [(walker, name, photo_key) for walker, name, photo_key in await session.execute(statement)]
