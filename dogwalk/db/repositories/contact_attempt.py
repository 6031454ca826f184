"""How often the walker tried to reach the owner from the door. Calls are recorded here; messages count beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import ContactAttempt

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(
    session: AsyncSession,
    attempt_id: UUID,
    *,
    booking_id: UUID,
    assignment_no: int,
    kind: Literal["message", "call"],
    at: datetime,
    created_at: datetime,
) -> None:
    """Once, however often it is said."""
    statement = insert(ContactAttempt).values(
        id=attempt_id, booking_id=booking_id, assignment_no=assignment_no, kind=kind, at=at, created_at=created_at
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=["id"]))


async def count(
    session: AsyncSession, booking_id: UUID, assignment_no: int, *, since: datetime, until: datetime
) -> int:
    statement = select(func.count()).where(
        ContactAttempt.booking_id == booking_id,
        ContactAttempt.assignment_no == assignment_no,
        ContactAttempt.at.between(since, until),
    )
    return await session.scalar(statement) or 0
