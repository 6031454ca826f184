"""Walkers' profiles, their weekly availability, and who may be asked at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.person import TwoFactor
from dogwalk.db.models.walker import Walker, WeeklyAvailability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.availability import Slot


async def ensure(session: AsyncSession, person_id: UUID, at: datetime) -> None:
    """Her row, made at the first need of it; a second factor confirmed before counts."""
    has_second_factor = exists().where(TwoFactor.person_id == person_id, TwoFactor.confirmed_at.is_not(None))
    statement = insert(Walker).values(
        person_id=person_id, two_factor_on=select(has_second_factor).scalar_subquery(), created_at=at
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=["person_id"]))


async def get(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> Walker | None:
    statement = select(Walker).where(Walker.person_id == person_id)
    return await session.scalar(statement.with_for_update(key_share=True) if lock else statement)


async def lock(session: AsyncSession, walker_ids: Iterable[UUID]) -> None:
    """Their rows until the end of the transaction, in one order. Whoever writes into walkers' calendars takes them first:
    the second waits here for the first, and gets the constraint's answer instead of a deadlock.
    """
    rows = select(Walker.person_id).where(Walker.person_id.in_(walker_ids)).order_by(Walker.person_id)
    await session.execute(rows.with_for_update(key_share=True))


async def change(session: AsyncSession, person_id: UUID, **fields: Any) -> None:
    await session.execute(
        update(Walker)
        .where(Walker.person_id == person_id)
        .values(**fields)
        .execution_options(synchronize_session=False)
    )


async def set_payout_account(session: AsyncSession, person_id: UUID, account_id: str) -> None:
    """The first account stays: two requests at once made the same one, under the same key."""
    await session.execute(
        update(Walker)
        .where(Walker.person_id == person_id, Walker.payout_account_id.is_(None))
        .values(payout_account_id=account_id)
        .execution_options(synchronize_session=False)
    )


async def weekly(session: AsyncSession, walker_id: UUID) -> Sequence[WeeklyAvailability]:
    return (
        await session.scalars(
            select(WeeklyAvailability)
            .where(WeeklyAvailability.walker_id == walker_id)
            .order_by(WeeklyAvailability.weekday, WeeklyAvailability.from_time)
        )
    ).all()


async def replace_weekly(session: AsyncSession, walker_id: UUID, slots: Sequence[Slot]) -> None:
    await session.execute(delete(WeeklyAvailability).where(WeeklyAvailability.walker_id == walker_id))
    rows = [
        {
            "id": uuid7(),
            "walker_id": walker_id,
            "weekday": slot.weekday,
            "from_time": slot.from_time,
            "to_time": slot.to_time,
        }
        for slot in slots
    ]
    if rows:
        await session.execute(insert(WeeklyAvailability).values(rows))


async def of_payout_account(session: AsyncSession, account_id: str) -> Walker | None:
    return await session.scalar(select(Walker).where(Walker.payout_account_id == account_id))
