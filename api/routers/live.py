"""A walk live: positions, lossy, the latest only. Over server-sent events, and over a WebSocket the same."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.websockets import WebSocketDisconnect

from api.deps import Principal, Res, SignedIn
from api.errors import broken, problems
from api.event_stream import SEND_TIMEOUT_S, Admission, sse, streams, until
from api.follower import Follower, admission, socket_follower
from api.named_ids import name_ids
from api.problem import problem_of
from api.schemas.live import LivePosition, LiveTicket, LiveView
from dogwalk.errors import DogwalkError, NotFound
from dogwalk.services.auth.live_tickets import TTL_S
from dogwalk.services.auth.tokens import AccessClaims

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from dogwalk.bootstrap import Resources
    from dogwalk.services.tracking.live import Seen

router = APIRouter(tags=["tracking"])
log = structlog.get_logger(__name__)

LIVE = "/v1/bookings/{booking_id}/live"
TOKEN_OVER = 4401
NOT_YOURS = 4404
TRY_AGAIN = 1011
CLOCKS_DIFFER_S = 1.0  # the end is waited for by one clock and judged by another
STREAM = streams(LiveView, "Server-sent events `snapshot` and `update`")


@router.post("/v1/live-tickets", status_code=201)
async def make_live_ticket(who: SignedIn, res: Res) -> LiveTicket:
    """For a browser, which can send no header with a stream: `?ticket=…` on `…/live`, `…/events` and `/v1/me/events`, once
    and within 30 s. The stream ends when this access token does. A lost answer costs nothing: get another.
    """
    claims = AccessClaims(
        person_id=who.person_id,
        session_id=who.session_id,
        roles=who.roles,
        acr=who.acr,
        authenticated_at=who.authenticated_at,
        expires_at=who.expires_at,
    )
    ticket = await res.live_tickets.issue(claims)
    return LiveTicket(ticket=ticket, expires_at=datetime.now(UTC) + timedelta(seconds=TTL_S))


@router.get(LIVE, response_class=EventSourceResponse, responses={**problems(404), **STREAM})
async def watch_walk(booking_id: UUID, who: Follower, res: Res) -> EventSourceResponse:
    """First a `snapshot`, then an `update` when something has changed, once a second at most. Before the start the owner
    sees when the walker will be there, and her position on the last 300 m. Ends with the access token.

    A WebSocket to the same path sends the same as text frames, and closes with 4401 when the token ends.
    """
    source = await res.live_walks.watch(booking_id, who.person_id)
    return sse(_views(source), _event, admission(res, who))


@router.websocket(LIVE)
async def watch_walk_by_socket(socket: WebSocket, booking_id: str) -> None:
    res: Resources = socket.app.state.resources
    name_ids(socket.path_params)
    try:
        who = await socket_follower(socket, res)
        source = await res.live_walks.watch(_uuid(booking_id), who.person_id)
    except DogwalkError as error:
        await socket.send_denial_response(problem_of(error))
        return
    except Exception as error:  # noqa: BLE001 the last net, as around every request
        await socket.send_denial_response(broken(error))
        return
    await socket.accept()
    admitted = admission(res, who)
    sending = asyncio.create_task(_send(socket, until(_views(source), admitted)))
    leaving = asyncio.create_task(_until_left(socket))
    await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
    for task in (sending, leaving):
        task.cancel()
    sent, left = await asyncio.gather(sending, leaving, return_exceptions=True)
    if not isinstance(left, WebSocketDisconnect):
        await socket.close(await _why_closed(sent, who, admitted))


async def _why_closed(sent: BaseException | None, who: Principal, admitted: Admission) -> int:
    if isinstance(sent, Exception):
        log.warning("live_broken_off", exc_info=sent)
        return TRY_AGAIN
    is_over = who.seconds_left() <= CLOCKS_DIFFER_S or await admitted.is_revoked()
    return TOKEN_OVER if is_over else NOT_YOURS


async def _send(socket: WebSocket, views: AsyncGenerator[LiveView, None]) -> None:
    async with aclosing(views):
        async for view in views:
            await asyncio.wait_for(socket.send_text(view.model_dump_json()), SEND_TIMEOUT_S)


async def _until_left(socket: WebSocket) -> None:
    """Whatever it says is of no interest."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"])


async def _views(source: AsyncGenerator[Seen, None]) -> AsyncGenerator[LiveView, None]:
    async with aclosing(source):
        async for seen in source:
            yield _view(seen)


def _view(seen: Seen) -> LiveView:
    return LiveView(
        type="update" if seen.polyline is None else "snapshot",
        booking_id=seen.booking_id,
        stage=seen.stage,
        eta=seen.eta,
        position=_position(seen),
        polyline=seen.polyline,
    )


def _position(seen: Seen) -> LivePosition | None:
    spot = seen.position
    if spot is None:
        return None
    return LivePosition(
        at=datetime.fromtimestamp(spot.at_s, UTC),
        lat=spot.lat,
        lon=spot.lon,
        accuracy_m=spot.accuracy_m,
        speed_mps=spot.speed_mps,
        heading_deg=spot.heading_deg,
    )


def _event(view: LiveView) -> ServerSentEvent:
    return ServerSentEvent(view.model_dump_json(), event=view.type)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("No such booking") from None
