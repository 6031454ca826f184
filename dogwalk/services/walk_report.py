"""What the walker writes about her walk: whole each time, so that a phone that was offline may repeat it. The last one
that reaches us stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dogwalk.db.models.photo import Photo, WalkReport
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import photo as photos
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import walk_report
from dogwalk.domain.reporting import check_events, check_takes_report
from dogwalk.errors import NotFound
from dogwalk.services.booking.parties import locked_row
from dogwalk.services.photo.walk import ShownPhoto, shown
from dogwalk.services.report_card import send_report_card

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.domain.reporting import ReportEvent
    from dogwalk.ports import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport:
    """`report` is None as long as nothing was written."""

    report: WalkReport | None
    photos: Sequence[ShownPhoto]


class WalkReports:
    """NotFound for all but the owner and the assigned walker."""

    def __init__(self, *, database: Database, store: ObjectStore) -> None:
        self._database = database
        self._store = store

    async def read(self, booking_id: UUID, person_id: UUID) -> ShownReport:
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, person_id)
            if booking is None:
                raise NotFound("No such booking")
            report = await walk_report.get(session, booking_id)
            hers = None if booking.owner_id == person_id else person_id
            taken: Sequence[Photo] = await photos.of_booking(session, booking_id, person_id=hers)
        return ShownReport(report=report, photos=await shown(self._store, taken))

    async def write(
        self, booking_id: UUID, walker_id: UUID, *, notes: str, events: Sequence[ReportEvent], at: datetime
    ) -> bool:
        """By the walker alone. Whether her pay may wait for it. WrongState before the start, Conflict `window_closed` 24 h
        after the end unless it does, InvalidInput for an event that is not of this walk.
        """
        async with self._database.transaction() as session:
            booking = await locked_row(session, booking_id)
            if booking.walker_id != walker_id or booking.revealed_at is None:
                raise NotFound("No such booking")
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
            started_at = check_takes_report(booking, at=at, policy=policy)
            dogs = await _dogs(session, booking_id)
            check_events(events, dog_ids=dogs, started_at=started_at, at=at)
            kept = [_kept(event) for event in events]
            await walk_report.put(session, booking_id, walker_id=walker_id, notes=notes, events=kept, written_at=at)
            if booking.ended_at is not None:
                await send_report_card(session, booking, at=at)
            return policy.gates.report_required and booking.ended_at is not None


async def _dogs(session: AsyncSession, booking_id: UUID) -> set[UUID]:
    return {dog.id for dog in await bookings.dogs_of(session, booking_id)}


def _kept(event: ReportEvent) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "kind": event.kind.value,
        "at": event.at.isoformat(),
        "dog_id": str(event.dog_id) if event.dog_id else None,
        "lat": event.lat,
        "lon": event.lon,
    }
