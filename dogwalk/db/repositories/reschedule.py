"""Other times asked for: priced when asked, opened and decided by the booking's workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.booking import Reschedule

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def ask(session: AsyncSession, reschedule_id: UUID, **fields: Any) -> Reschedule:
    """Shown to nobody yet. A repeat finds it as it was priced first."""
    statement = insert(Reschedule).values(id=reschedule_id, status="asked", **fields)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
    return await session.get_one(Reschedule, reschedule_id)


async def get(session: AsyncSession, reschedule_id: UUID) -> Reschedule | None:
    return await session.get(Reschedule, reschedule_id)


async def latest(session: AsyncSession, booking_id: UUID) -> Reschedule | None:
    """Of those that people may see."""
    statement = select(Reschedule).where(Reschedule.booking_id == booking_id, Reschedule.status != "asked")
    return await session.scalar(statement.order_by(Reschedule.created_at.desc(), Reschedule.id.desc()).limit(1))


async def open_only(session: AsyncSession, reschedule: Reschedule, *, expires_at: datetime, at: datetime) -> None:
    """In place of any other that is open."""
    await session.execute(
        update(Reschedule)
        .where(
            Reschedule.booking_id == reschedule.booking_id, Reschedule.status == "open", Reschedule.id != reschedule.id
        )
        .values(status="replaced", decided_at=at)
        .execution_options(synchronize_session=False)
    )
    reschedule.status, reschedule.expires_at = "open", expires_at
    await session.flush()


async def decide(session: AsyncSession, reschedule: Reschedule, status: str, *, at: datetime) -> None:
    reschedule.status, reschedule.decided_at = status, at
    await session.flush()
