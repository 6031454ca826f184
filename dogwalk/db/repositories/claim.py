"""Claims, and the walker's pay that waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.afterwards import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, **fields: Any) -> Claim | None:
    """None when this person has claimed this for this booking already."""
    return await session.scalar(insert(Claim).values(**fields).on_conflict_do_nothing().returning(Claim))


async def get(session: AsyncSession, claim_id: UUID, *, lock: bool = False) -> Claim | None:
    statement = select(Claim).where(Claim.id == claim_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def of_booking(session: AsyncSession, booking_id: UUID) -> Sequence[Claim]:
    return (await session.scalars(select(Claim).where(Claim.booking_id == booking_id).order_by(Claim.id))).all()


async def open_of(session: AsyncSession, booking_id: UUID) -> int:
    statement = select(func.count()).where(Claim.booking_id == booking_id, Claim.state == "open")
    return int(await session.scalar(statement) or 0)


async def decide(session: AsyncSession, claim_id: UUID, *, state: str, granted: int, by: UUID, at: datetime) -> None:
    await session.execute(
        update(Claim)
        .where(Claim.id == claim_id, Claim.state == "open")
        .values(state=state, granted=granted, decided_by=by, decided_at=at)
        .execution_options(synchronize_session=False)
    )
