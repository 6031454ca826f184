"""That a booking needs a person: in its row, where the board finds it, until a later try works or it is closed.

Without a version of its own: a version that the workflow did not give would keep its next change out of the row.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.errors import DogwalkError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from dogwalk.db.session import Database


@asynccontextmanager
async def calling_for_help(database: Database, booking_id: UUID, *, trouble: str | None = None) -> AsyncIterator[None]:
    """What is refused for good inside is called by its code, and refused all the same. `trouble`: what an earlier try was
    refused with, which is over when this one is not.
    """
    try:
        yield
        if trouble is not None:
            async with database.transaction() as session:
                await bookings.needs_no_more_help(session, booking_id, trouble)
    except DogwalkError as error:
        if not error.retryable:
            async with database.transaction() as session:
                await bookings.call_for_help(session, booking_id, error.code)
        raise
