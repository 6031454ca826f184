"""Tickets to a stream, for browsers: they cannot send a header with one. Good once, for half a minute, for as long a
stream as the access token they were got with.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from dogwalk.errors import Unauthenticated
from dogwalk.services.auth.tokens import AccessClaims

if TYPE_CHECKING:
    from dogwalk.ports import OneTime

TTL_S = 30
TICKET_BYTES = 32
TICKET_MAX = 64  # characters, with room
_claims = TypeAdapter(AccessClaims)


class LiveTickets:
    def __init__(self, *, kept: OneTime) -> None:
        self._kept = kept

    async def issue(self, claims: AccessClaims) -> str:
        """Unavailable while Redis is away."""
        ticket = secrets.token_urlsafe(TICKET_BYTES)
        await self._kept.put(_name(ticket), _claims.dump_json(claims).decode(), ttl_s=TTL_S)
        return ticket

    async def redeem(self, ticket: str) -> AccessClaims:
        """Unauthenticated `ticket_invalid` for one that was used, is too old or never was."""
        found = await self._kept.take(_name(ticket))
        if found is None:
            raise Unauthenticated("The ticket is not valid: get a new one", code="ticket_invalid")
        return _claims.validate_json(found)


def _name(ticket: str) -> str:
    """Whoever reads Redis gets no ticket."""
    return "ticket:" + sha256(ticket.encode()).hexdigest()
