"""What waits for a second person, and what she said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from dogwalk.db.models.support import Approval

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def add(session: AsyncSession, **fields: Any) -> Approval:
    row = Approval(**fields)
    session.add(row)
    await session.flush()
    return row


async def get(session: AsyncSession, approval_id: UUID, *, lock: bool = False) -> Approval | None:
    statement = select(Approval).where(Approval.id == approval_id)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def waiting(
    session: AsyncSession, booking_id: UUID, *, action: str, arguments: dict[str, Any], at: datetime
) -> Approval | None:
    """That somebody has asked for exactly this, and nobody has decided."""
    same = (Approval.booking_id == booking_id, Approval.action == action, Approval.arguments == arguments)
    statement = select(Approval).where(*same, Approval.state == "pending", Approval.expires_at > at)
    return await session.scalar(statement.order_by(Approval.asked_at).limit(1))


async def awaits_refund(session: AsyncSession, booking_id: UUID, refund_id: UUID, *, at: datetime) -> bool:
    """Whether somebody has asked for it, and nobody has decided."""
    asked = (Approval.booking_id == booking_id, Approval.arguments["refund_id"].astext == str(refund_id))
    statement = select(Approval.id).where(*asked, Approval.state == "pending", Approval.expires_at > at)
    return await session.scalar(statement.limit(1)) is not None


async def of_booking(session: AsyncSession, booking_id: UUID) -> Sequence[Approval]:
    statement = select(Approval).where(Approval.booking_id == booking_id)
    return (await session.scalars(statement.order_by(Approval.asked_at))).all()


async def decide(session: AsyncSession, approval_id: UUID, *, state: str, decided_by: UUID, at: datetime) -> None:
    await session.execute(
        update(Approval)
        .where(Approval.id == approval_id)
        .values(state=state, decided_by=decided_by, decided_at=at)
        .execution_options(synchronize_session=False)
    )
