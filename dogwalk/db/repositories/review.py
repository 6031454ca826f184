"""Reviews: hidden until both are in or their window has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.afterwards import Review
from dogwalk.db.models.person import Person
from dogwalk.db.models.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReview:
    review: Review
    shown_at: datetime
    author_name: str


async def add(session: AsyncSession, **fields: Any) -> Review | None:
    """None when this author has reviewed this booking already."""
    statement = insert(Review).values(**fields)
    return await session.scalar(statement.on_conflict_do_nothing().returning(Review))


async def of_author(session: AsyncSession, booking_id: UUID, author_id: UUID) -> Review | None:
    return await session.scalar(select(Review).where(Review.booking_id == booking_id, Review.author_id == author_id))


async def show_both(session: AsyncSession, booking_id: UUID, *, at: datetime) -> Sequence[UUID]:
    """Once both parties have written. Who was written about, of those shown just now."""
    both = select(func.count()).where(Review.booking_id == booking_id).scalar_subquery()
    return await _show(session, Review.booking_id == booking_id, both == 2, at=at)  # noqa: PLR2004 owner and walker


async def show_closed(session: AsyncSession, *, at: datetime) -> Sequence[UUID]:
    """Those whose window has ended with one side silent."""
    return await _show(session, Review.closes_at <= at, at=at)


async def _show(session: AsyncSession, *which: Any, at: datetime) -> Sequence[UUID]:
    statement = update(Review).where(Review.shown_at.is_(None), *which).values(shown_at=at)
    shown = await session.scalars(statement.returning(Review.about_id).execution_options(synchronize_session=False))
    return shown.all()


async def restate_ratings(session: AsyncSession, walker_ids: Iterable[UUID]) -> None:
    """The mean and the number of what is shown of each; people who are no walkers have none."""
    for walker_id in sorted(set(walker_ids)):
        shown = (Review.about_id == walker_id, Review.about_walker, Review.shown_at.is_not(None))
        mean, number = (await session.execute(select(func.avg(Review.rating), func.count()).where(*shown))).one()
        if number:
            await session.execute(
                update(Walker).where(Walker.person_id == walker_id).values(rating=float(mean), reviews=number)
            )


async def page_about_walker(
    session: AsyncSession, walker_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ShownReview]:
    """Latest shown first; `before` is the last one of the page already seen, as (shown_at, id)."""
    statement = (
        select(Review, Review.shown_at, Person.name)
        .join(Person, Person.id == Review.author_id)
        .where(Review.about_id == walker_id, Review.about_walker, Review.shown_at.is_not(None))
        .order_by(Review.shown_at.desc(), Review.id.desc())
        .limit(limit)
    )
    if before is not None:
        shown_at, review_id = before
        statement = statement.where(
            (Review.shown_at < shown_at) | ((Review.shown_at == shown_at) & (Review.id < review_id))
        )
    rows = (await session.execute(statement)).all()
    return [
        ShownReview(review=review, shown_at=shown_at, author_name=name) for review, shown_at, name in rows if shown_at
    ]
