"""What owner and walker say about each other, seen when both have spoken or the time for it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import review as reviews
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.afterwards import check_open, check_walked
from dogwalk.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.afterwards import Review
    from dogwalk.db.repositories.review import ShownReview
    from dogwalk.db.session import Database


class Reviews:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def write(
        self, review_id: UUID, *, booking_id: UUID, author_id: UUID, rating: int, text: str, at: datetime
    ) -> Review:
        """Again with the same id changes nothing. NotFound for a stranger; Conflict `not_ended`, `not_walked`,
        `window_closed`, `already_reviewed`.
        """
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, author_id)
            if booking is None or booking.walker_id is None:
                raise NotFound("No such booking")
            standing = await reviews.of_author(session, booking_id, author_id)
            if standing is not None and standing.id == review_id:
                return standing
            policy = (await policies.by_version(session, booking.market_id, booking.policy_version)).afterwards
            closed_at = check_open(booking.ended_at, within_s=policy.review_within_s, at=at)
            check_walked(booking.outcome, total=booking.total)
            by_owner = author_id == booking.owner_id
            written = await reviews.add(
                session,
                id=review_id,
                booking_id=booking_id,
                author_id=author_id,
                about_id=booking.walker_id if by_owner else booking.owner_id,
                about_walker=by_owner,
                rating=rating,
                text=text,
                created_at=at,
                closes_at=closed_at,
            )
            if written is None:
                raise Conflict("You have reviewed this walk", code="already_reviewed")
            await reviews.restate_ratings(session, await reviews.show_both(session, booking_id, at=at))
            return written

    async def show_closed(self, *, at: datetime) -> None:
        """Housekeeping: what nobody answered in time is shown."""
        async with self._database.transaction() as session:
            await reviews.restate_ratings(session, await reviews.show_closed(session, at=at))

    async def about_walker(
        self, walker_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[ShownReview]:
        """NotFound when there is no such walker."""
        async with self._database.transaction() as session:
            if await walkers.get(session, walker_id) is None:
                raise NotFound("No such walker")
            return await reviews.page_about_walker(session, walker_id, before=before, limit=limit)
