"""The open board: bookings which every walker who fits may take, whenever she looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import BoardEntry, Booking
from dogwalk.db.repositories.candidate import fitting_each
from dogwalk.domain.matching import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.repositories.candidate import Search

# Each booking that stands there, with what its own search would say of this one walker. A booking that is being changed
# is passed over: what becomes of it is seen at the next look, and no offer slips in behind its assignment.
# One as soon as possible begins no earlier than now.
_FOR_WALKER = text(
    """
SELECT e.booking_id, fit.*
FROM board_entry e
JOIN booking k ON k.id = e.booking_id AND k.status = 'matching'
JOIN home h ON h.id = k.home_id
JOIN walker me ON me.person_id = :walker_id
CROSS JOIN LATERAL (
  SELECT k.starts_at + waited AS starts_at, k.ends_at + waited AS ends_at
  FROM (SELECT CASE WHEN k.asap THEN greatest(CAST(:at AS timestamptz) - k.starts_at, '0') ELSE '0' END AS waited) s
) t
CROSS JOIN LATERAL (
"""  # noqa: S608 constants alone, see `fitting_each`
    + fitting_each(
        booking_id="e.booking_id",
        round="e.round",
        owner_id="k.owner_id",
        lat="h.lat",
        lon="h.lon",
        starts_at="t.starts_at",
        ends_at="t.ends_at",
        travel_buffer_s="e.travel_buffer_s",
        dogs="e.dogs",
        heaviest_kg="e.heaviest_kg",
        service="k.service",
        base_rate="e.base_rate",
        radius_percent="e.radius_percent",
        among="w.person_id = me.person_id",
        asap="e.asap",
        limit="1",
    )
    + """
) fit
WHERE e.expires_at > :at
  AND (me.reach @> box(point(h.lon, h.lat)) OR me.on_call_reach @> box(point(h.lon, h.lat)))
ORDER BY k.starts_at, k.id
LIMIT :limit
FOR KEY SHARE OF k SKIP LOCKED
"""
)


async def put_up(
    session: AsyncSession, search: Search, *, wave: int, bonus: int, expires_at: datetime, at: datetime
) -> None:
    """Where it stands already, as it is now."""
    terms = {
        "round": search.round,
        "wave": wave,
        "bonus": bonus,
        "radius_percent": search.radius_percent,
        "asap": search.asap,
        "dogs": search.dogs,
        "heaviest_kg": search.heaviest_kg,
        "base_rate": search.base_rate,
        "travel_buffer_s": search.travel_buffer_s,
        "expires_at": expires_at,
        "created_at": at,
    }
    statement = insert(BoardEntry).values(booking_id=search.booking_id, **terms)
    await session.execute(statement.on_conflict_do_update(index_elements=["booking_id"], set_=terms))


async def take_down(session: AsyncSession, booking_id: UUID) -> int | None:
    """The wave it stood there as; None when it did not. Before its offers are closed: none comes after that."""
    statement = delete(BoardEntry).where(BoardEntry.booking_id == booking_id)
    return await session.scalar(statement.returning(BoardEntry.wave))


async def fitting_for(
    session: AsyncSession, walker_id: UUID, *, at: datetime, limit: int
) -> list[tuple[UUID, Candidate]]:
    """Bookings she could take and has no offer of, the next ones first; locked against their assignment."""
    given = {"walker_id": walker_id, "at": at, "limit": limit}
    rows = (await session.execute(_FOR_WALKER, given)).mappings()
    return [(row["booking_id"], Candidate(**{name: row[name] for name in row if name != "booking_id"})) for row in rows]


async def entries(session: AsyncSession, booking_ids: Sequence[UUID]) -> list[tuple[BoardEntry, Booking]]:
    statement = select(BoardEntry, Booking).join(Booking, Booking.id == BoardEntry.booking_id)
    rows = await session.execute(statement.where(BoardEntry.booking_id.in_(booking_ids)))
    return [(entry, booking) for entry, booking in rows]
