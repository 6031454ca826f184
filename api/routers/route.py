"""A walk's route, so far or finished."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response

from api.accept import preferred
from api.deps import Res, SignedIn
from api.errors import problems
from api.route_formats import GEOJSON, GPX_XML, JSON, geojson, gpx, route_view
from api.schemas.route import RouteView
from dogwalk.services.tracking.route import RouteReader

router = APIRouter(tags=["tracking"])

PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Accept"}
OTHER_FORMATS = {
    GEOJSON: {"schema": {"type": "object", "description": "A Feature with a LineString, or without geometry"}},
    GPX_XML: {"schema": {"type": "string", "description": "GPX 1.1, every position with its time"}},
}


@router.get(
    "/v1/bookings/{booking_id}/route",
    response_model=RouteView,
    responses={200: {"content": OTHER_FORMATS}, **problems(404)},
)
async def get_route(
    booking_id: UUID,
    who: SignedIn,
    res: Res,
    accept: Annotated[str | None, Header(max_length=1000, include_in_schema=False)] = None,
) -> Response:
    """JSON, GeoJSON or GPX by `Accept`. For the owner and the assigned walker; empty until the walk has started."""
    route = await RouteReader(database=res.database).get(booking_id, who.person_id, at=res.clock.now())
    chosen = preferred(accept, (JSON, GEOJSON, GPX_XML))
    if chosen == GPX_XML:
        return Response(gpx(route), media_type=GPX_XML, headers=PRIVATE)
    if chosen == GEOJSON:
        return Response(geojson(route), media_type=GEOJSON, headers=PRIVATE)
    return JSONResponse(route_view(route).model_dump(mode="json"), headers=PRIVATE)
