"""A walker's own record: what she accepted, when she last walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update

from dogwalk.db.models.person import Person
from dogwalk.db.models.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkerCard:
    """What an owner sees of the walker who comes."""

    id: UUID
    first_name: str
    rating: float


async def accepted(session: AsyncSession, walker_id: UUID) -> None:
    await session.execute(
        update(Walker).where(Walker.person_id == walker_id).values(offers_accepted=Walker.offers_accepted + 1)
    )


async def walked(session: AsyncSession, walker_id: UUID, at: datetime) -> None:
    await session.execute(update(Walker).where(Walker.person_id == walker_id).values(last_walk_at=at))


async def payout_account(session: AsyncSession, walker_id: UUID) -> str | None:
    """The connected account's id at Stripe."""
    return await session.scalar(select(Walker.payout_account_id).where(Walker.person_id == walker_id))


async def cards(session: AsyncSession, walker_ids: Sequence[UUID]) -> dict[UUID, WalkerCard]:
    """One query for a page of bookings."""
    rows = await session.execute(
        select(Walker, Person.name).join(Person, Person.id == Walker.person_id).where(Walker.person_id.in_(walker_ids))
    )
    return {
        walker.person_id: WalkerCard(
            id=walker.person_id, first_name=name.split()[0] if name.split() else "", rating=walker.rating
        )
        for walker, name in rows
    }
