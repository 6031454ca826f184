"""Phones' write-only credentials, found by the hash of their token, each with the walk it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.tracking import TrackingSession, Walk

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def put(session: AsyncSession, session_id: UUID, **fields: Any) -> None:
    """Under an id that is there already the token is a new one: the first was lost with its answer."""
    statement = insert(TrackingSession).values(id=session_id, **fields)
    renewed = {"token_hash": fields["token_hash"], "expires_at": fields["expires_at"]}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=renewed))


async def by_token_hash(session: AsyncSession, token_hash: str) -> tuple[TrackingSession, Walk] | None:
    """Revoked and expired ones too."""
    found = await session.execute(
        select(TrackingSession, Walk)
        .join(Walk, Walk.id == TrackingSession.walk_id)
        .where(TrackingSession.token_hash == token_hash)
    )
    row = found.one_or_none()
    return None if row is None else (row[0], row[1])


async def latest_walk(session: AsyncSession, booking_id: UUID, walker_id: UUID) -> Walk | None:
    """Hers, whatever became of it: who was swapped out was a party."""
    return await session.scalar(
        select(Walk)
        .where(Walk.booking_id == booking_id, Walk.walker_id == walker_id)
        .order_by(Walk.assignment_no.desc())
        .limit(1)
    )
