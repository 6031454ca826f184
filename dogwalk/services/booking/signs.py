"""Whether a walker who has not arrived has vanished: one sign of her, and a person decides (booking-life.md: Late)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.booking import SignsResult
from dogwalk.db.repositories import contact_attempt, photo
from dogwalk.services.tracking import presence

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.booking import SignsRequest
    from dogwalk.db.session import Database

    Look = Callable[[AsyncSession, SignsRequest], Awaitable[bool]]


async def _was_at_home(session: AsyncSession, request: SignsRequest) -> bool:
    return await presence.was_at_home(
        session, request.booking_id, request.assignment_no, since=request.since, until=request.until
    )


async def _made_contact(session: AsyncSession, request: SignsRequest) -> bool:
    attempts = await contact_attempt.count(
        session, request.booking_id, request.assignment_no, since=request.since, until=request.until
    )
    return attempts > 0


async def _sent_a_photo(session: AsyncSession, request: SignsRequest) -> bool:
    times = await photo.times_between(
        session, request.booking_id, request.assignment_no, first=request.since, last=request.until
    )
    return bool(times)


# What counts as a sign; an arrival is the workflow's own knowledge.
SIGNS: Mapping[str, Look] = {
    "at_home": _was_at_home,
    "made_contact": _made_contact,
    "sent_a_photo": _sent_a_photo,
}


class Signs:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def find(self, request: SignsRequest) -> SignsResult:
        async with self._database.transaction() as session:
            return SignsResult(found=[kind for kind, look in SIGNS.items() if await look(session, request)])
