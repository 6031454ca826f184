"""Durable facts of bookings, in the order they became visible."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import BookingEvent
from dogwalk.db.session import mark_news

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

# Below the oldest transaction still running nothing new can appear: a reader that stops here never passes a late commit.
SETTLED = text("xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
# Rows are given beside it: a statement that holds its rows is compiled anew each time.
APPENDED = insert(BookingEvent).on_conflict_do_nothing(index_elements=["booking_id", "version", "n"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """`(booking_id, version, n)` names it; `audience` are the people who may see it; `data` ids, enums, times, money."""

    booking_id: UUID
    version: int
    n: int
    type: str
    at: datetime
    actor: str
    audience: list[UUID]
    data: dict[str, Any] = field(default_factory=dict)


async def append(session: AsyncSession, events: Sequence[NewEvent]) -> None:
    """Those that stand already stay as they are. Who may see them is woken after the commit."""
    if not events:
        return
    mark_news(session, {person for event in events for person in event.audience})
    rows = [
        {
            "booking_id": event.booking_id,
            "version": event.version,
            "n": event.n,
            "type": event.type,
            "at": event.at,
            "actor": event.actor,
            "audience": event.audience,
            "data": event.data,
        }
        for event in events
    ]
    await session.execute(APPENDED, rows)


async def for_booking(session: AsyncSession, booking_id: UUID, person_id: UUID) -> Sequence[BookingEvent]:
    """The booking's story as this person may see it, oldest first."""
    return (
        await session.scalars(
            select(BookingEvent)
            .where(BookingEvent.booking_id == booking_id, BookingEvent.audience.contains([person_id]))
            .order_by(BookingEvent.at, BookingEvent.version, BookingEvent.n)
        )
    ).all()


async def for_person(
    session: AsyncSession, person_id: UUID, *, after: tuple[int, int], booking_id: UUID | None = None, limit: int = 100
) -> Sequence[BookingEvent]:
    """What this person may see past `after` = (xid, seq), settled only, in the order of `(xid, seq)`."""
    statement = select(BookingEvent).where(
        BookingEvent.audience.contains([person_id]),
        func.row(BookingEvent.xid, BookingEvent.seq) > func.row(*after),
        SETTLED,
    )
    if booking_id is not None:
        statement = statement.where(BookingEvent.booking_id == booking_id)
    return (await session.scalars(statement.order_by(BookingEvent.xid, BookingEvent.seq).limit(limit))).all()


async def horizon(session: AsyncSession) -> int:
    """Whatever is written from here on, and whatever is not settled yet, has at least this xid."""
    return int(await session.scalar(select(text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))) or 0)
