"""The policy of streams: an access token, or in its place a browser's single-use ticket (`POST /v1/live-tickets`)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request
from fastapi.security.utils import get_authorization_scheme_param

from api.deps import Credentials, Principal, Res, known, principal
from api.event_stream import Admission
from api.named_ids import name_ids
from api.rate_limit import READ, count, count_call
from dogwalk.errors import Unauthenticated
from dogwalk.services.auth.live_tickets import TICKET_MAX

if TYPE_CHECKING:
    from fastapi import WebSocket

    from dogwalk.bootstrap import Resources

Ticket = Annotated[
    str | None, Query(max_length=TICKET_MAX, description="From `POST /v1/live-tickets`, instead of the access token")
]


async def follower(request: Request, res: Res, credentials: Credentials, ticket: Ticket = None) -> Principal:
    """Anybody signed in. Unauthenticated `ticket_invalid` for a ticket that was used or is too old."""
    if credentials is None and ticket is not None:
        name_ids(request.path_params)
        await count_call(request, res, who=None)
        return await known(res, await res.live_tickets.redeem(ticket))
    return await principal(request, res, credentials)


Follower = Annotated[Principal, Depends(follower)]


async def socket_follower(socket: WebSocket, res: Resources) -> Principal:
    """As `follower`, for the handshake of a WebSocket."""
    address = socket.client.host if socket.client else "unknown"
    await count(socket.scope, res, limit=READ, who=address)
    scheme, token = get_authorization_scheme_param(socket.headers.get("Authorization"))
    if scheme.lower() == "bearer" and token:
        return await known(res, res.access_tokens.verify(token))
    ticket = socket.query_params.get("ticket", "")
    if not 0 < len(ticket) <= TICKET_MAX:
        raise Unauthenticated("Send an access token or a ticket: ?ticket=…")
    return await known(res, await res.live_tickets.redeem(ticket))


def admission(res: Resources, who: Principal) -> Admission:
    return Admission(
        ends_in_s=who.seconds_left(),
        is_revoked=partial(res.revoked_sessions.holds, who.session_id),
        heartbeat_s=res.settings.sse_heartbeat_s,
    )
