"""Meetings, which cost nothing: how often one owner may ask one walker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import meeting as meetings
from dogwalk.errors import Conflict

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.policy import Meeting


async def refuse_if_met(
    session: AsyncSession, owner_id: UUID, walker_id: UUID, *, policy: Meeting, at: datetime
) -> None:
    """Conflict `met_already` with the booking and from when on she may be asked again."""
    waits = timedelta(seconds=policy.again_after_s)
    last = await meetings.last_between(session, owner_id, walker_id, since=at - waits)
    if last is not None:
        raise Conflict(
            "You have asked this walker for a meeting already",
            code="met_already",
            booking_id=str(last.id),
            again_from=(last.created_at + waits).isoformat(),
        )
