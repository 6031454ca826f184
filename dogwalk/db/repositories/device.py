"""Where a person's pushes go. A phone that changes hands takes its value along: the last who binds it has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.person import Device

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


async def bind(session: AsyncSession, *, person_id: UUID, value: str, at: datetime, **fields: Any) -> Device:
    """A new id with every new owner, so that the one before cannot unbind it any more."""
    bound = {"id": uuid7(), "person_id": person_id, "last_seen_at": at, "created_at": at, **fields}
    await session.execute(delete(Device).where(Device.value == value, Device.person_id != person_id))
    kept = {name: given for name, given in bound.items() if name not in {"id", "created_at"}}
    statement = insert(Device).values(value=value, **bound)
    answered = statement.on_conflict_do_update(index_elements=["value"], set_=kept).returning(Device)
    return (await session.scalars(answered, execution_options={"populate_existing": True})).one()


async def remove(session: AsyncSession, *, person_id: UUID, device_id: UUID) -> bool:
    removed = delete(Device).where(Device.id == device_id, Device.person_id == person_id).returning(Device.id)
    return (await session.scalar(removed)) is not None
