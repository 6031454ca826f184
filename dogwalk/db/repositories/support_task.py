"""What needs a person: opened once by its fact, taken by somebody, resolved with a word on how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.support import SupportTask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def open(  # noqa: A001 read as support_task.open(…)
    session: AsyncSession,
    *,
    key: str,
    kind: str,
    reason: str,
    at: datetime,
    booking_id: UUID | None = None,
    person_id: UUID | None = None,
) -> bool:
    """In the caller's transaction. `key` is made from the fact; False when that task stands already, resolved or not."""
    statement = insert(SupportTask).values(
        id=uuid7(),
        key=key,
        kind=kind,
        reason=reason,
        booking_id=booking_id,
        person_id=person_id,
        status="open",
        created_at=at,
    )
    opened = await session.scalar(statement.on_conflict_do_nothing().returning(SupportTask.id))
    return opened is not None


async def get(session: AsyncSession, task_id: UUID) -> SupportTask | None:
    return await session.scalar(select(SupportTask).where(SupportTask.id == task_id))


async def page(
    session: AsyncSession,
    *,
    status: str | None,
    kind: str | None,
    assignee_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[SupportTask]:
    """Oldest first: what waits longest is on top. Without a status those that are not resolved."""
    statement = select(SupportTask)
    statement = statement.where(SupportTask.status == status if status else SupportTask.status != "resolved")
    if kind:
        statement = statement.where(SupportTask.kind == kind)
    if assignee_id:
        statement = statement.where(SupportTask.assignee_id == assignee_id)
    if after:
        statement = statement.where(func.row(SupportTask.created_at, SupportTask.id) > func.row(*after))
    return (await session.scalars(statement.order_by(SupportTask.created_at, SupportTask.id).limit(limit))).all()


async def of_booking(session: AsyncSession, booking_id: UUID) -> Sequence[SupportTask]:
    statement = select(SupportTask).where(SupportTask.booking_id == booking_id)
    return (await session.scalars(statement.order_by(SupportTask.created_at, SupportTask.id))).all()


async def unresolved(session: AsyncSession, *, kind: str, key_prefix: str) -> Sequence[SupportTask]:
    statement = select(SupportTask).where(SupportTask.kind == kind, SupportTask.status != "resolved")
    return (await session.scalars(statement.where(SupportTask.key.startswith(key_prefix, autoescape=True)))).all()


async def assign(session: AsyncSession, task_id: UUID, assignee_id: UUID) -> SupportTask | None:
    """None when there is no such task left to do."""
    return await session.scalar(
        update(SupportTask)
        .where(SupportTask.id == task_id, SupportTask.status != "resolved")
        .values(status="assigned", assignee_id=assignee_id)
        .returning(SupportTask)
    )


async def settle(session: AsyncSession, key: str, *, resolution: str, at: datetime) -> None:
    """What happened since answers the task by itself. Nothing when there is none, or somebody has resolved it."""
    await session.execute(
        update(SupportTask)
        .where(SupportTask.key == key, SupportTask.status != "resolved")
        .values(status="resolved", resolution=resolution, resolved_at=at)
        .execution_options(synchronize_session=False)
    )


async def resolve(
    session: AsyncSession, task_id: UUID, *, assignee_id: UUID, resolution: str, at: datetime
) -> SupportTask | None:
    """None when there is no such task left to do."""
    return await session.scalar(
        update(SupportTask)
        .where(SupportTask.id == task_id, SupportTask.status != "resolved")
        .values(status="resolved", assignee_id=assignee_id, resolution=resolution, resolved_at=at)
        .returning(SupportTask)
    )


async def overtake(session: AsyncSession, booking_id: UUID, kind: str, *, resolution: str, at: datetime) -> None:
    """Those of a kind that wait for somebody: the facts have answered them."""
    await session.execute(
        update(SupportTask)
        .where(SupportTask.booking_id == booking_id, SupportTask.kind == kind, SupportTask.status != "resolved")
        .values(status="resolved", resolution=resolution, resolved_at=at)
        .execution_options(synchronize_session=False)
    )
