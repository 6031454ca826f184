"""Who likes whom, and who will not be matched with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.person import Person, PersonBlock
from dogwalk.db.models.walker import FavouriteWalker, WalkerCalendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import InstrumentedAttribute


async def add_favourite(session: AsyncSession, owner_id: UUID, walker_id: UUID, *, at: datetime) -> None:
    statement = insert(FavouriteWalker).values(owner_id=owner_id, walker_id=walker_id, created_at=at)
    await session.execute(statement.on_conflict_do_nothing())


async def drop_favourite(session: AsyncSession, owner_id: UUID, walker_id: UUID) -> None:
    await session.execute(
        delete(FavouriteWalker).where(FavouriteWalker.owner_id == owner_id, FavouriteWalker.walker_id == walker_id)
    )


async def keep_blocks_out(session: AsyncSession, person_id: UUID) -> None:
    """Until the end of the transaction no block by or against this person begins; one that is being made is waited for.
    Whoever offers or assigns a walk takes it for one of the two before it looks whether they are blocked.
    """
    await session.execute(select(Person.id).where(Person.id == person_id).with_for_update(read=True))


async def lock_for_block(session: AsyncSession, one_id: UUID, other_id: UUID) -> None:
    """The other side of `keep_blocks_out`."""
    both = select(Person.id).where(Person.id.in_([one_id, other_id])).order_by(Person.id)
    await session.execute(both.with_for_update(key_share=True))


def are_blocked(
    one_id: UUID | InstrumentedAttribute[UUID], other_id: UUID | InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """Either way."""
    one, other = PersonBlock.blocker_id, PersonBlock.blocked_id
    return (
        select(PersonBlock.blocker_id)
        .where(or_((one == one_id) & (other == other_id), (one == other_id) & (other == one_id)))
        .exists()
    )


async def is_blocked(session: AsyncSession, one_id: UUID, other_id: UUID) -> bool:
    """Either way."""
    return bool(await session.scalar(select(are_blocked(one_id, other_id))))


async def agreed_walks(session: AsyncSession, one_id: UUID, other_id: UUID) -> Sequence[UUID]:
    """Bookings of either that the other is assigned to and that are not over, the next one first."""
    between = or_(
        (Booking.owner_id == one_id) & (Booking.walker_id == other_id),
        (Booking.owner_id == other_id) & (Booking.walker_id == one_id),
    )
    statement = select(Booking.id).where(between, Booking.outcome.is_(None)).order_by(Booking.starts_at, Booking.id)
    return (await session.scalars(statement)).all()


async def add_block(session: AsyncSession, blocker_id: UUID, blocked_id: UUID, *, at: datetime) -> None:
    statement = insert(PersonBlock).values(blocker_id=blocker_id, blocked_id=blocked_id, created_at=at)
    await session.execute(statement.on_conflict_do_nothing())


async def drop_block(session: AsyncSession, blocker_id: UUID, blocked_id: UUID) -> None:
    await session.execute(
        delete(PersonBlock).where(PersonBlock.blocker_id == blocker_id, PersonBlock.blocked_id == blocked_id)
    )


async def was_assigned(session: AsyncSession, booking_id: UUID, walker_id: UUID) -> bool:
    """Whether she has, or had, this walk."""
    found = await session.scalar(
        select(WalkerCalendar.id)
        .where(WalkerCalendar.booking_id == booking_id, WalkerCalendar.walker_id == walker_id)
        .limit(1)
    )
    return found is not None
