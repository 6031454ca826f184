"""What the walker tells of her walk, for its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, SignedIn, WalkerOnly
from api.errors import problems
from api.rendering import photo_view
from api.running import Running
from api.schemas.report import Report, ReportEvent, WrittenReport
from dogwalk.domain import reporting
from dogwalk.services.walk_report import WalkReports

if TYPE_CHECKING:
    from dogwalk.services.walk_report import ShownReport

router = APIRouter(tags=["booking"])


async def _reports(res: Res) -> WalkReports:
    return WalkReports(database=res.database, store=res.objects)


OfWalks = Annotated[WalkReports, Depends(_reports)]


@router.get("/v1/bookings/{booking_id}/report")
async def get_report(booking_id: UUID, who: SignedIn, reports: OfWalks) -> Report:
    """Owner and assigned walker; the photos as in their list."""
    return _view(await reports.read(booking_id, who.person_id))


@router.put("/v1/bookings/{booking_id}/report", responses=problems(404, 409, 503))
async def write_report(
    booking_id: UUID, body: WrittenReport, who: WalkerOnly, res: Res, reports: OfWalks, running: Running
) -> Report:
    """The whole of it, from the start of the walk until 24 h after its end; the last that reaches us stands, so a phone
    repeats its newest alone. The owner hears of it once, with the receipt. In a market that asks for reports it may come as
    long as my pay waits for it, which then goes out at once. 409 `wrong_state`, `window_closed`; 422
    `unknown_dog`, `event_twice`, `event_outside_walk` (more than a day from the walk).
    """
    events = [_event(event) for event in body.events]
    if await reports.write(booking_id, who.person_id, notes=body.notes, events=events, at=res.clock.now()):
        await running.report_written(booking_id)
    return _view(await reports.read(booking_id, who.person_id))


def _event(event: ReportEvent) -> reporting.ReportEvent:
    return reporting.ReportEvent(
        id=event.id,
        kind=reporting.Happening(event.kind),
        at=event.at,
        dog_id=event.dog_id,
        lat=event.lat,
        lon=event.lon,
    )


def _view(found: ShownReport) -> Report:
    report = found.report
    return Report(
        notes=report.notes if report else "",
        events=[ReportEvent.model_validate(event) for event in report.events] if report else [],
        written_at=report.written_at if report else None,
        photos=[photo_view(photo) for photo in found.photos],
    )
