"""Log-ins and their refresh tokens. The session's row is locked before a token of it is judged: one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, select, tuple_, update

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.person import Device, LoginSession, RefreshToken

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(
    session: AsyncSession, *, person_id: UUID, user_agent: str | None, acr: str, at: datetime, expires_at: datetime
) -> LoginSession:
    opened = LoginSession(
        id=uuid7(),
        person_id=person_id,
        user_agent=user_agent,
        authenticated_at=at,
        acr=acr,
        expires_at=expires_at,
        last_used_at=at,
        created_at=at,
    )
    session.add(opened)
    await session.flush()
    return opened


async def add_token(
    session: AsyncSession, *, token_id: UUID, session_id: UUID, token_hash: str, at: datetime
) -> RefreshToken:
    token = RefreshToken(id=token_id, session_id=session_id, token_hash=token_hash, created_at=at)
    session.add(token)
    await session.flush()
    return token


async def by_token(session: AsyncSession, token_hash: str) -> tuple[LoginSession, RefreshToken] | None:
    """The session locked, the token as it is then."""
    owner = select(RefreshToken.session_id).where(RefreshToken.token_hash == token_hash)
    found = await session.scalar(select(LoginSession).where(LoginSession.id.in_(owner)).with_for_update())
    if found is None:
        return None
    token = await session.scalars(select(RefreshToken).where(RefreshToken.token_hash == token_hash))
    return found, token.one()


async def get_token(session: AsyncSession, token_id: UUID) -> RefreshToken | None:
    return await session.scalar(select(RefreshToken).where(RefreshToken.id == token_id))


async def get_open(session: AsyncSession, person_id: UUID, session_id: UUID, at: datetime) -> LoginSession | None:
    """Hers and neither ended nor expired, locked."""
    return await session.scalar(
        select(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.person_id == person_id, *_is_open(at))
        .with_for_update()
    )


async def page(
    session: AsyncSession, person_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int, at: datetime
) -> Sequence[LoginSession]:
    """Open ones, the newest first."""
    place = tuple_(LoginSession.created_at, LoginSession.id)
    further = [place < tuple_(*after)] if after else []
    found = select(LoginSession).where(LoginSession.person_id == person_id, *_is_open(at), *further)
    return (await session.scalars(found.order_by(*(column.desc() for column in place)).limit(limit))).all()


async def revoke(
    session: AsyncSession,
    person_id: UUID,
    *,
    reason: str,
    at: datetime,
    only: Collection[UUID] | None = None,
    but: UUID | None = None,
) -> Sequence[UUID]:
    """Ends her sessions, or `only` these, or all `but` one; their phones get no more pushes. Answers which ended now."""
    chosen = [LoginSession.id.in_(only)] if only is not None else []
    kept = [LoginSession.id != but] if but is not None else []
    ended = await session.scalars(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.revoked_at.is_(None), *chosen, *kept)
        .values(revoked_at=at, revoked_reason=reason)
        .returning(LoginSession.id)
        .execution_options(synchronize_session=False)
    )
    ids = ended.all()
    await session.execute(delete(Device).where(Device.session_id.in_(ids)))
    return ids


def _is_open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return LoginSession.revoked_at.is_(None), LoginSession.expires_at > at
