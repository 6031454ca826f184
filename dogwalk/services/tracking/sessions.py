"""Who may send positions of which walk: a phone by a token that can do nothing else, or the walker herself."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import tracking_session as sessions
from dogwalk.db.repositories import walk as walks
from dogwalk.errors import Conflict, NotFound, Unauthenticated
from dogwalk.services.tracking.acceptance import NEVER
from dogwalk.services.tracking.walk import LATE_FOR

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from dogwalk.db.models.tracking import TrackingSession, Walk
    from dogwalk.db.session import Database
    from dogwalk.ports import Clock

TOKEN_PREFIX = "trk_"  # noqa: S105 tells it from an access token
TOKEN_BYTES = 32
OVERRUN = timedelta(hours=12)  # a walk not finished by then is nobody's any more
REMEMBERED_S = 10.0  # how long a revoked token may still work
REMEMBERED_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """`token` is told once; its hash is kept."""

    device_id: UUID
    token: str
    expires_at: datetime


class Grant(NamedTuple):
    """To add to one walk."""

    walk_id: UUID
    booking_id: UUID
    expires_at: datetime


class TrackingSessions:
    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._remembered: dict[Hashable, tuple[datetime, Grant]] = {}

    async def open(self, booking_id: UUID, walker_id: UUID, *, session_id: UUID, device: str) -> OpenedSession:
        """NotFound for anybody but the assigned walker, Conflict `walk_closed` when no position counts any more."""
        now, token = self._clock.now(), TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, walker_id)
            walk = await walks.get(session, booking_id, booking.assignment_no) if booking else None
            if booking is None or walk is None or walk.walker_id != walker_id:
                raise NotFound("No such walk of yours")
            if walk.closes_at is not None and walk.closes_at <= now:
                raise Conflict("This walk takes no positions any more", code="walk_closed")
            expires_at = walk.closes_at or max(booking.ends_at, now) + OVERRUN + LATE_FOR
            await sessions.put(
                session,
                session_id,
                walk_id=walk.id,
                walker_id=walker_id,
                token_hash=_hash(token),
                device=device,
                expires_at=expires_at,
                created_at=now,
            )
        return OpenedSession(device_id=session_id, token=token, expires_at=expires_at)

    async def of_token(self, token: str, booking_id: UUID) -> Grant:
        """Unauthenticated `token_invalid` or `token_expired`; NotFound with another booking's."""
        token_hash = _hash(token)
        grant = await self._remember(token_hash, lambda: self._of_hash(token_hash))
        if grant.expires_at <= self._clock.now():
            raise Unauthenticated("The tracking token has expired", code="token_expired")
        if grant.booking_id != booking_id:
            raise NotFound("No such walk of yours")
        return grant

    async def of_walker(self, booking_id: UUID, walker_id: UUID) -> Grant:
        """Also of one who was swapped out; NotFound for one who never was to walk this booking."""
        return await self._remember((booking_id, walker_id), lambda: self._of_walker(booking_id, walker_id))

    async def _of_hash(self, token_hash: str) -> Grant:
        async with self._database.transaction() as session:
            found = await sessions.by_token_hash(session, token_hash)
        if found is None or found[0].revoked_at is not None:
            raise Unauthenticated("The tracking token is not valid", code="token_invalid")
        credential, walk = found
        return Grant(walk.id, walk.booking_id, _expiry(credential, walk))

    async def _of_walker(self, booking_id: UUID, walker_id: UUID) -> Grant:
        async with self._database.transaction() as session:
            walk = await sessions.latest_walk(session, booking_id, walker_id)
        if walk is None:
            raise NotFound("No such walk of yours")
        return Grant(walk.id, booking_id, NEVER)  # her access token has its own end

    async def _remember(self, key: Hashable, find: Callable[[], Awaitable[Grant]]) -> Grant:
        """Phones call every few seconds, and nothing changes in between. What is not found is looked for again."""
        now = self._clock.now()
        known = self._remembered.get(key)
        if known is not None and abs((now - known[0]).total_seconds()) < REMEMBERED_S:
            return known[1]
        grant = await find()
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[key] = now, grant
        return grant


def _expiry(credential: TrackingSession, walk: Walk) -> datetime:
    """48 h after the finish, once that is known. A walk that was called off is closed, its token not: what a phone
    still sends is put aside, not refused.
    """
    return walk.closes_at if walk.finished_at and walk.closes_at else credential.expires_at


def _hash(token: str) -> str:
    """Of 256 random bits: no salt, no slowness needed."""
    return sha256(token.encode()).hexdigest()
