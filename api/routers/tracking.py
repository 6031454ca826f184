"""A walker's phone: its token, and the positions it sends."""

from __future__ import annotations

from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from api.deps import Res, WalkerOnly, bearer
from api.errors import problems
from api.idempotency import Once
from api.phone import tracking_bearer, walks_phone
from api.positions import Positions, body_of, read
from api.raw_route import JSON, RawRoute, json_of
from api.schemas.tracking import TrackingSessionCreate, TrackingSessionRead
from dogwalk.errors import InvalidInput
from dogwalk.services.tracking.point import Batch, Receipt

router = APIRouter(tags=["tracking"])

POSITIONS = "/v1/bookings/{booking_id}/positions"
_receipt = msgspec.json.Encoder()


@router.post("/v1/bookings/{booking_id}/tracking-session", status_code=201, responses=problems(404, 409))
async def open_tracking_session(
    booking_id: UUID, body: TrackingSessionCreate, who: WalkerOnly, res: Res, once: Once
) -> TrackingSessionRead:
    """A write-only token for the assigned walker's own walk. One for each phone; 409 `walk_closed` once no position
    counts any more.
    """

    async def work(session_id: UUID) -> TrackingSessionRead:
        opened = await res.tracking_sessions.open(booking_id, who.person_id, session_id=session_id, device=body.device)
        return TrackingSessionRead(
            device_id=opened.device_id,
            token=opened.token,
            ingest_url=res.settings.public_url.rstrip("/") + POSITIONS.format(booking_id=booking_id),
            expires_at=opened.expires_at,
        )

    return await once.create(work)


async def send_positions(request: Request) -> Response:
    """Takes positions of a walk; a 202 means that they are stored. `accepted` are new, `duplicate` were there before,
    `rejected` do not count, each with its code: `walk_closed`, `time_out_of_window`, `bad_coordinates`,
    `invalid_position`, `too_many_devices`, `walk_full`, `unstorable`. Sending any of them again adds nothing.

    They count from 10 min before the walker was on the way. After 503 the same body is sent again. The body may be
    gzipped.
    """
    booking_id = _booking_id(request)
    grant = await walks_phone(request, booking_id)
    device_id, points, unreadable = read(await body_of(request))
    state = request.app.state.resources
    receipt = await state.ingest.add(Batch(grant.walk_id, device_id, state.clock.now(), points, unreadable))
    return Response(_receipt.encode(receipt), status_code=202, media_type=JSON)


def _booking_id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["booking_id"])
    except ValueError:
        raise InvalidInput("Not the id of a booking", pointer="/path/booking_id") from None


router.add_api_route(
    POSITIONS,
    send_positions,
    methods=["POST"],
    status_code=202,
    dependencies=[Depends(walks_phone), Depends(bearer), Depends(tracking_bearer)],
    responses={202: {"description": "Stored", "content": json_of(Receipt)}, **problems(404)},
    openapi_extra={"requestBody": {"required": True, "content": json_of(Positions)}},
    route_class_override=RawRoute,
)
