"""Proofs under way. Lock the person before her challenge; ids are random, for whoever knows one may try it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import func, select, update

from dogwalk.db.models.person import Challenge

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.authentication import ChallengeKind


def build(
    *, kind: ChallengeKind, person_id: UUID, data: dict[str, Any], at: datetime, expires_at: datetime
) -> Challenge:
    """Not yet added: its code's hash is made with its id."""
    return Challenge(
        id=uuid4(),
        kind=kind.value,
        person_id=person_id,
        data=data,
        attempts=0,
        sends=1,
        expires_at=expires_at,
        created_at=at,
    )


async def add(session: AsyncSession, challenge: Challenge) -> None:
    session.add(challenge)
    await session.flush()


async def owner_of(session: AsyncSession, challenge_id: UUID, kinds: Collection[ChallengeKind]) -> UUID | None:
    """Whose it is, so that she can be locked first."""
    return await session.scalar(
        select(Challenge.person_id).where(Challenge.id == challenge_id, Challenge.kind.in_([*kinds]))
    )


async def get_locked(session: AsyncSession, challenge_id: UUID) -> Challenge | None:
    statement = select(Challenge).where(Challenge.id == challenge_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def sends_since(session: AsyncSession, person_id: UUID, kinds: Collection[ChallengeKind], since: datetime) -> int:
    """How many codes she was sent for challenges begun since then."""
    counted = select(func.coalesce(func.sum(Challenge.sends), 0)).where(
        Challenge.person_id == person_id, Challenge.kind.in_([*kinds]), Challenge.created_at > since
    )
    return int(await session.scalar(counted) or 0)


async def close_all(session: AsyncSession, person_id: UUID, kinds: Collection[ChallengeKind], at: datetime) -> None:
    """Hers of these kinds prove nothing any more, and what they kept is forgotten."""
    await session.execute(
        update(Challenge)
        .where(Challenge.person_id == person_id, Challenge.kind.in_([*kinds]), Challenge.consumed_at.is_(None))
        .values(consumed_at=at, code_hash=None, data={})
        .execution_options(synchronize_session=False)
    )
