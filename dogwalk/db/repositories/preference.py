"""What people do not want to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.notification import NotificationPreference
from dogwalk.domain.preferences import Preferences, QuietHours

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

SEPARATOR = ":"


async def of_people(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Preferences]:
    """Those who have said anything."""
    found = await session.scalars(select(NotificationPreference).where(NotificationPreference.person_id.in_(ids)))
    return {row.person_id: _preferences(row) for row in found}


async def put(session: AsyncSession, person_id: UUID, chosen: Preferences, *, at: datetime) -> None:
    quiet = chosen.quiet_hours
    fields = {
        "switched_off": sorted(SEPARATOR.join(pair) for pair in chosen.switched_off),
        "quiet_from": quiet.from_time if quiet else None,
        "quiet_to": quiet.to_time if quiet else None,
        "updated_at": at,
    }
    statement = insert(NotificationPreference).values(person_id=person_id, **fields)
    await session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=fields))


def _preferences(row: NotificationPreference) -> Preferences:
    pairs = (text.partition(SEPARATOR) for text in row.switched_off)
    return Preferences(
        switched_off=frozenset((kind, channel) for kind, _, channel in pairs),
        quiet_hours=(
            QuietHours(from_time=row.quiet_from, to_time=row.quiet_to)
            if row.quiet_from is not None and row.quiet_to is not None
            else None
        ),
    )
