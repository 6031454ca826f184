"""The report card: word to the owner, once, that there is something to see of the walk. With the receipt; or, where the
walker told nothing before it, with the first that she tells after it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.db.repositories import photo as photos
from dogwalk.db.repositories import walk_report
from dogwalk.services.booking.facts import Facts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking

THE_ONE = 1


async def send_report_card(session: AsyncSession, booking: Booking, *, at: datetime) -> None:
    """Counts alone are told: what was written and where it was stays in the app. Nothing while an incident is open."""
    if booking.started_at is None or booking.walker_id is None or booking.incident:
        return
    report = await walk_report.get(session, booking.id)
    taken = await photos.of_booking(session, booking.id, person_id=booking.walker_id)
    if report is None and not taken:
        return
    counts = Counter(event["kind"] for event in report.events) if report else Counter()
    change = change_of(Afterwards.REPORT, THE_ONE, booking_id=booking.id, at=at)
    facts = Facts(change=change, beside=True)
    facts.event("report_card", audience=[booking.owner_id])
    facts.message(
        "report_card",
        booking.owner_id,
        walker_id=str(booking.walker_id),
        photos=len(taken),
        happened=[{"kind": kind, "count": count} for kind, count in sorted(counts.items())],
    )
    await facts.write(session)
