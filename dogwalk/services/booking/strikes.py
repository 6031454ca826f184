"""What stands on a walker's record: written once, however often the step that earned it is repeated."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import strike

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.walker import WalkerStrike
    from dogwalk.domain.policy import Withdrawal

LATE_CANCEL, NO_SHOW = "late_cancel", "no_show"


async def late_cancel(
    session: AsyncSession, booking: Booking, *, walker_id: UUID, assignment_no: int, at: datetime
) -> None:
    """On the public record; the second within the period blocks her."""
    is_new = await strike.add(
        session, walker_id=walker_id, booking_id=booking.id, assignment_no=assignment_no, kind=LATE_CANCEL, at=at
    )
    if is_new:
        policy = await policies.by_version(session, booking.market_id, booking.policy_version)
        blocked_until = await _blocked_until(session, walker_id, policy.withdrawal, at)
        await strike.record_late_cancel(session, walker_id, blocked_until=blocked_until)


async def no_show(
    session: AsyncSession, booking: Booking, *, walker_id: UUID, assignment_no: int, at: datetime
) -> None:
    await strike.add(
        session, walker_id=walker_id, booking_id=booking.id, assignment_no=assignment_no, kind=NO_SHOW, at=at
    )


async def take_back(session: AsyncSession, late: WalkerStrike, *, policy: Withdrawal, at: datetime) -> None:
    """A late cancel that was none; a block goes with it when too few are left to ask for one."""
    if await strike.waive(session, late.id, at=at):
        since = at - timedelta(seconds=policy.counted_for_s)
        left = await strike.count_since(session, late.walker_id, kind=LATE_CANCEL, since=since)
        await strike.record_waived(session, late.walker_id, is_blocked=left > 1)


async def _blocked_until(session: AsyncSession, walker_id: UUID, policy: Withdrawal, at: datetime) -> datetime | None:
    """The first is forgiven; the second blocks for a day, each next for a month."""
    since = at - timedelta(seconds=policy.counted_for_s)
    again = await strike.count_since(session, walker_id, kind=LATE_CANCEL, since=since) - 1
    if again < 1:
        return None
    return at + timedelta(seconds=policy.blocks_s[min(again, len(policy.blocks_s)) - 1])
