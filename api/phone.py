"""The policy of positions: a tracking token of this walk, or the walker's own access token."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from api.deps import principal, walker_only
from api.rate_limit import count_call
from dogwalk.bootstrap import Resources
from dogwalk.errors import Unauthenticated
from dogwalk.services.tracking.sessions import TOKEN_PREFIX, Grant

tracking_bearer = HTTPBearer(
    scheme_name="trackingToken",
    description="From `POST /v1/bookings/{id}/tracking-session`: adds positions to one walk and does nothing else",
    auto_error=False,
)


async def walks_phone(request: Request, booking_id: UUID) -> Grant:
    """Unauthenticated without a good token, NotFound for one who never was to walk this booking. A good tracking token is
    not counted against a limit: a phone that is turned away comes back with more. The ingest sheds load for everybody.
    """
    res: Resources = request.app.state.resources
    scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
    if scheme.lower() != "bearer" or not token:
        await count_call(request, res, who=None)
        raise Unauthenticated("Send a tracking or access token: Authorization: Bearer …")
    if token.startswith(TOKEN_PREFIX):
        return await _by_tracking_token(request, res, token, booking_id)
    who = await principal(request, res, HTTPAuthorizationCredentials(scheme=scheme, credentials=token))
    await walker_only(who)
    return await res.tracking_sessions.of_walker(booking_id, who.person_id)


async def _by_tracking_token(request: Request, res: Resources, token: str, booking_id: UUID) -> Grant:
    try:
        return await res.tracking_sessions.of_token(token, booking_id)
    except Unauthenticated:
        await count_call(request, res, who=None)  # whoever tries tokens
        raise
