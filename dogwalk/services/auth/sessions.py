"""Log-ins on devices: opened, kept alive by refresh tokens that are good once, ended.

A refresh token used a second time means that two parties hold it, so the whole family ends; but for the last one,
within REPLAY and before its successor was used: then an answer was lost, and the same successor is given again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from dogwalk.db.models.base import uuid7
from dogwalk.db.repositories import login_session as sessions
from dogwalk.db.repositories import person as people
from dogwalk.errors import NotFound, Unauthenticated
from dogwalk.services.auth.codes import hash_token, new_token, successor_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.person import LoginSession, RefreshToken
    from dogwalk.db.session import Database
    from dogwalk.domain.authentication import Acr
    from dogwalk.ports import Clock, KeyVault, SessionEnds
    from dogwalk.services.auth.tokens import AccessTokens

log = structlog.get_logger(__name__)
REPLAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """`expires_in`: of the access token, in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


class Sessions:
    """`lasts`: a session ends then, however often it was refreshed."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        vault: KeyVault,
        tokens: AccessTokens,
        ends: SessionEnds,
        lasts: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._tokens = tokens
        self._ends = ends
        self._lasts = lasts

    async def open(
        self, session: AsyncSession, person_id: UUID, *, acr: Acr, user_agent: str | None, at: datetime
    ) -> TokenPair:
        """In the caller's transaction: no proof is used up without a log-in."""
        opened = await sessions.add(
            session, person_id=person_id, user_agent=user_agent, acr=acr, at=at, expires_at=at + self._lasts
        )
        token = new_token()
        await sessions.add_token(session, token_id=uuid7(), session_id=opened.id, token_hash=hash_token(token), at=at)
        return await self._pair(session, opened, token, at)

    async def prove_again(
        self, session: AsyncSession, person_id: UUID, session_id: UUID, *, acr: Acr, at: datetime
    ) -> tuple[str, int]:
        """An access token of this session that says so, and its seconds. Raises Unauthenticated when it is over."""
        opened = await sessions.get_open(session, person_id, session_id, at)
        if opened is None:
            raise Unauthenticated("This session has been ended", code="session_revoked")
        opened.authenticated_at, opened.acr = at, acr.value
        return await self._access_token(session, opened, at)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Raises Unauthenticated `refresh_token_invalid`, and after a reuse ends the session."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            found = await sessions.by_token(session, hash_token(refresh_token))
            if found is None or not _is_open(found[0], now) or await _is_locked(session, found[0].person_id):
                raise _invalid()
            opened, token = found
            opened.last_used_at = now
            successor = await self._successor(session, opened, token, refresh_token, now)
            if successor is not None:
                return await self._pair(session, opened, successor, now)
            ended = await sessions.revoke(
                session, opened.person_id, reason="refresh_token_reused", at=now, only=[opened.id]
            )
        log.warning("refresh_token_reused", session_id=str(opened.id))
        await self._ends.add(ended)
        raise _invalid()

    async def page(self, person_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[LoginSession]:
        async with self._database.transaction() as session:
            return await sessions.page(session, person_id, after=after, limit=limit, at=self._clock.now())

    async def end(self, person_id: UUID, session_id: UUID, *, reason: str) -> None:
        """Raises NotFound for one that is not hers, or over."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            if await sessions.get_open(session, person_id, session_id, now) is None:
                raise NotFound("No such session")
            ended = await sessions.revoke(session, person_id, reason=reason, at=now, only=[session_id])
        await self._ends.add(ended)

    async def log_out(self, person_id: UUID, session_id: UUID) -> None:
        """Repeating it changes nothing."""
        async with self._database.transaction() as session:
            now = self._clock.now()
            await sessions.revoke(session, person_id, reason="logged_out", at=now, only=[session_id])
        await self._ends.add([session_id])

    async def _successor(
        self, session: AsyncSession, opened: LoginSession, token: RefreshToken, given: str, now: datetime
    ) -> str | None:
        """The token to answer with; None when this use is one too many."""
        if token.rotated_at is None:
            return await self._rotate(session, opened, token, given, now)
        if token.successor_id is None or now - token.rotated_at > REPLAY:
            return None
        successor = await sessions.get_token(session, token.successor_id)
        if successor is None or successor.rotated_at is not None:
            return None
        made = successor_tokens(self._vault, given, successor.id)
        return next((one for one in made if hash_token(one) == successor.token_hash), None)

    async def _rotate(
        self, session: AsyncSession, opened: LoginSession, token: RefreshToken, given: str, now: datetime
    ) -> str:
        successor_id = uuid7()
        made = successor_tokens(self._vault, given, successor_id)[0]
        await sessions.add_token(
            session, token_id=successor_id, session_id=opened.id, token_hash=hash_token(made), at=now
        )
        token.rotated_at, token.successor_id = now, successor_id
        return made

    async def _pair(self, session: AsyncSession, opened: LoginSession, refresh_token: str, now: datetime) -> TokenPair:
        access_token, expires_in = await self._access_token(session, opened, now)
        return TokenPair(access_token=access_token, refresh_token=refresh_token, expires_in=expires_in)

    async def _access_token(self, session: AsyncSession, opened: LoginSession, now: datetime) -> tuple[str, int]:
        token = self._tokens.issue(
            person_id=opened.person_id,
            session_id=opened.id,
            roles=await people.roles(session, opened.person_id),
            acr=opened.acr,
            authenticated_at=opened.authenticated_at,
            expires_at=opened.expires_at,
        )
        left_s = int((opened.expires_at - now).total_seconds())
        return token, min(self._tokens.ttl_s, left_s)


async def _is_locked(session: AsyncSession, person_id: UUID) -> bool:
    person = await people.get(session, person_id)
    return person is None or person.locked_at is not None


def _is_open(opened: LoginSession, now: datetime) -> bool:
    return opened.revoked_at is None and opened.expires_at > now


def _invalid() -> Unauthenticated:
    return Unauthenticated("This refresh token is no longer good: log in again", code="refresh_token_invalid")
