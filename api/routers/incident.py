"""Something happened around a walk."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Res, SignedIn
from api.errors import problems
from api.idempotency import Once
from api.kept_booking import booking_by_now
from api.readers import Bookings
from api.rendering import booking_view
from api.running import Running
from api.schemas.incident import IncidentReported, NewIncident
from dogwalk.contracts.booking import ReportIncident
from dogwalk.errors import Conflict, NotFound
from dogwalk.services.booking.incident import Incidents

router = APIRouter(tags=["booking"])


async def _incidents(res: Res) -> Incidents:
    return Incidents(database=res.database)


@router.post("/v1/bookings/{booking_id}/incident", responses=problems(404, 409, 503))
async def report_incident(
    booking_id: UUID,
    body: NewIncident,
    who: SignedIn,
    res: Res,
    bookings: Bookings,
    running: Running,
    incidents: Annotated[Incidents, Depends(_incidents)],
    once: Once,
) -> IncidentReported:
    """By owner or walker. Support looks at once, the owner and her emergency contact are told, and no pay leaves before
    support releases it. Once the booking is closed support still looks, nothing else is left to stop. `emergency_line` is
    open at all hours; call the public emergency number first.
    """

    async def work(incident_id: UUID) -> IncidentReported:
        at, person_id = res.clock.now(), who.person_id
        by = await incidents.write_down(
            incident_id, booking_id=booking_id, person_id=person_id, kind=body.kind, notes=body.notes, at=at
        )
        payload = ReportIncident(by=by, person_id=person_id, kind=body.kind)
        with suppress(NotFound, Conflict):  # it is closed, or the walker changed: support has it all the same
            await running.command(booking_id, "report_incident", payload, update_id=once.fingerprint)
        booking = booking_view(await bookings.get(booking_id, person_id, at=res.clock.now()))
        return IncidentReported(id=incident_id, emergency_line=res.settings.emergency_line, booking=booking)

    async def again(kept: Any) -> Any:
        booking = await booking_by_now(
            kept["booking"], bookings, booking_id=booking_id, person_id=who.person_id, at=res.clock.now()
        )
        return kept | {"booking": booking}

    return await once.create(work, again=again)
