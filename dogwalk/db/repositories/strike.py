"""Late cancels and no-shows: written once, counted over a period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.walker import Walker, WalkerStrike

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(
    session: AsyncSession, *, walker_id: UUID, booking_id: UUID, assignment_no: int, kind: str, at: datetime
) -> bool:
    """False when it stands already."""
    statement = insert(WalkerStrike).values(
        id=uuid7(), walker_id=walker_id, booking_id=booking_id, assignment_no=assignment_no, kind=kind, at=at
    )
    added = await session.scalar(statement.on_conflict_do_nothing().returning(WalkerStrike.id))
    return added is not None


async def count_since(session: AsyncSession, walker_id: UUID, *, kind: str, since: datetime) -> int:
    statement = select(func.count()).where(
        WalkerStrike.walker_id == walker_id,
        WalkerStrike.kind == kind,
        WalkerStrike.at >= since,
        WalkerStrike.waived_at.is_(None),
    )
    return await session.scalar(statement) or 0


async def record_late_cancel(session: AsyncSession, walker_id: UUID, *, blocked_until: datetime | None) -> None:
    """On the public record; a block never shortens one that stands (GREATEST ignores NULL)."""
    await session.execute(
        update(Walker)
        .where(Walker.person_id == walker_id)
        .values(late_cancels=Walker.late_cancels + 1, blocked_until=func.greatest(Walker.blocked_until, blocked_until))
        .execution_options(synchronize_session=False)
    )


async def get(session: AsyncSession, strike_id: UUID) -> WalkerStrike | None:
    return await session.scalar(select(WalkerStrike).where(WalkerStrike.id == strike_id))


async def of_walker(session: AsyncSession, walker_id: UUID, *, limit: int) -> Sequence[WalkerStrike]:
    """Newest first, those taken back among them."""
    statement = select(WalkerStrike).where(WalkerStrike.walker_id == walker_id)
    return (
        await session.scalars(statement.order_by(WalkerStrike.at.desc(), WalkerStrike.id.desc()).limit(limit))
    ).all()


async def times(session: AsyncSession, walker_id: UUID, *, kind: str) -> Sequence[datetime]:
    """When each that nobody has taken back was earned, oldest first."""
    standing = (WalkerStrike.walker_id == walker_id, WalkerStrike.kind == kind, WalkerStrike.waived_at.is_(None))
    return (await session.scalars(select(WalkerStrike.at).where(*standing).order_by(WalkerStrike.at))).all()


async def standing(session: AsyncSession, booking_id: UUID, walker_id: UUID, *, kind: str) -> Sequence[WalkerStrike]:
    """Of this walker in this booking, those that nobody has taken back."""
    statement = select(WalkerStrike).where(
        WalkerStrike.booking_id == booking_id,
        WalkerStrike.walker_id == walker_id,
        WalkerStrike.kind == kind,
        WalkerStrike.waived_at.is_(None),
    )
    return (await session.scalars(statement)).all()


async def waive(session: AsyncSession, strike_id: UUID, *, at: datetime) -> bool:
    """False when it was taken back already."""
    statement = update(WalkerStrike).where(WalkerStrike.id == strike_id, WalkerStrike.waived_at.is_(None))
    waived = await session.scalar(
        statement.values(waived_at=at).returning(WalkerStrike.id).execution_options(synchronize_session=False)
    )
    return waived is not None


async def record_waived(session: AsyncSession, walker_id: UUID, *, blocked_until: datetime | None) -> None:
    """Off the public record; `blocked_until` is what the others ask for."""
    await session.execute(
        update(Walker)
        .where(Walker.person_id == walker_id)
        .values(late_cancels=func.greatest(Walker.late_cancels - 1, 0), blocked_until=blocked_until)
        .execution_options(synchronize_session=False)
    )
