"""Second factors: the authenticator's secret, sealed, and the recovery codes' hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.person import RecoveryCode, TwoFactor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def get(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> TwoFactor | None:
    statement = select(TwoFactor).where(TwoFactor.person_id == person_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def is_on(session: AsyncSession, person_id: UUID) -> bool:
    found = await get(session, person_id)
    return found is not None and found.confirmed_at is not None


async def enroll(session: AsyncSession, person_id: UUID, *, key_id: str, sealed: bytes, at: datetime) -> bool:
    """A secret yet to be confirmed, in place of one that never was. False when one is confirmed: it stays."""
    fresh = {"key_id": key_id, "secret_sealed": sealed, "created_at": at}
    statement = insert(TwoFactor).values(person_id=person_id, last_step=0, failures=0, **fresh)
    answered = statement.on_conflict_do_update(
        index_elements=["person_id"], set_=fresh, where=TwoFactor.confirmed_at.is_(None)
    ).returning(TwoFactor.person_id)
    return (await session.scalar(answered)) is not None


async def remove(session: AsyncSession, person_id: UUID) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    await session.execute(delete(TwoFactor).where(TwoFactor.person_id == person_id))


async def replace_recovery_codes(session: AsyncSession, person_id: UUID, hashes: Sequence[str]) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    rows = [{"id": uuid7(), "person_id": person_id, "code_hash": hashed} for hashed in hashes]
    await session.execute(insert(RecoveryCode).values(rows))


async def use_recovery_code(session: AsyncSession, person_id: UUID, code_hash: str, at: datetime) -> bool:
    """Whether it was there and unused; it is used now."""
    used = await session.scalars(
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None))
        .values(used_at=at)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    return bool(used.all())


async def count_recovery_codes(session: AsyncSession, person_id: UUID) -> int:
    """Those still unused."""
    counted = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return await session.scalar(counted) or 0
