"""Whether calendars are what they must be, whatever happened to them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import event, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy.engine import ExceptionContext

    from dogwalk.bootstrap import Resources

# Judged from the times alone, by none of the columns that the constraint looks at. The way back home is the walker's own.
_OVERLAPS = text("""
SELECT a.kind || ' ' || a.starts_at || ' / ' || b.kind || ' ' || b.starts_at
FROM walker_calendar a JOIN walker_calendar b ON b.walker_id = a.walker_id AND b.id > a.id
WHERE a.live AND b.live
  AND a.starts_at < b.ends_at + CASE b.kind WHEN 'time_off' THEN interval '0' ELSE interval '15 minutes' END
  AND b.starts_at < a.ends_at + CASE a.kind WHEN 'time_off' THEN interval '0' ELSE interval '15 minutes' END
""")
# A booking says who has it and when, and so does the calendar.
_DISAGREEMENTS = text("""
SELECT b.id FROM booking b
FULL JOIN walker_calendar c ON c.booking_id = b.id AND c.live AND c.kind = 'assignment'
WHERE (b.walker_id, b.starts_at, b.ends_at, b.assignment_no)
      IS DISTINCT FROM (c.walker_id, c.starts_at, c.ends_at, c.assignment_no)
  AND (b.walker_id IS NOT NULL OR c.live)
  AND (c.id IS NULL OR c.kind = 'assignment')
""")


async def overlaps(resources: Resources) -> list[str]:
    """In anybody's calendar."""
    async with resources.database.transaction() as session:
        return list(await session.scalars(_OVERLAPS))


async def disagreements(resources: Resources) -> list[UUID]:
    """Bookings of which the calendar says something else."""
    async with resources.database.transaction() as session:
        return list(await session.scalars(_DISAGREEMENTS))


@contextmanager
def watched(resources: Resources) -> Iterator[list[str]]:
    """The codes of everything that Postgres refused meanwhile, whoever caught it."""
    refused: list[str] = []

    def note(context: ExceptionContext) -> None:
        refused.append(str(getattr(context.original_exception, "sqlstate", None)))

    engine = resources.database.engine.sync_engine
    event.listen(engine, "handle_error", note)
    try:
        yield refused
    finally:
        event.remove(engine, "handle_error", note)
