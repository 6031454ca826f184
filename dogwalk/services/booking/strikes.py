"""What stands on a walker's record: written once, however often the step that earned it is repeated."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import strike
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.strike import LATE_CANCEL, NO_SHOW, block_after, block_of
from dogwalk.services.booking.facts import Facts

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.walker import WalkerStrike
    from dogwalk.domain.policy import Withdrawal


BLOCKED, LATE_CANCEL_APPEAL, NO_SHOW_APPEAL = range(3)  # what is told beside the walk, about a walker's record
SORTS = 3


async def late_cancel(
    session: AsyncSession, booking: Booking, *, walker_id: UUID, assignment_no: int, at: datetime
) -> None:
    """On the public record; the second within the period blocks her, and she is told. Her row is locked: who frees her
    calendar has it.
    """
    is_new = await strike.add(
        session, walker_id=walker_id, booking_id=booking.id, assignment_no=assignment_no, kind=LATE_CANCEL, at=at
    )
    if is_new:
        policy = await policies.by_version(session, booking.market_id, booking.policy_version)
        blocked_until = await _blocked_until(session, walker_id, policy.withdrawal, at)
        await strike.record_late_cancel(session, walker_id, blocked_until=blocked_until)
        if blocked_until is not None:
            await _tell_of_block(session, booking, walker_id, assignment_no, blocked_until, at)


async def no_show(
    session: AsyncSession, booking: Booking, *, walker_id: UUID, assignment_no: int, at: datetime
) -> None:
    await strike.add(
        session, walker_id=walker_id, booking_id=booking.id, assignment_no=assignment_no, kind=NO_SHOW, at=at
    )


async def take_back(session: AsyncSession, earned: WalkerStrike, *, policy: Withdrawal, at: datetime) -> None:
    """A strike that was none. A block goes with it as far as the late cancels that are left ask for none."""
    await walkers.lock(session, [earned.walker_id])
    if await strike.waive(session, earned.id, at=at) and earned.kind == LATE_CANCEL:
        left = await strike.times(session, earned.walker_id, kind=LATE_CANCEL)
        await strike.record_waived(session, earned.walker_id, blocked_until=block_of(left, policy=policy))


async def _blocked_until(session: AsyncSession, walker_id: UUID, policy: Withdrawal, at: datetime) -> datetime | None:
    since = at - timedelta(seconds=policy.counted_for_s)
    counted = await strike.count_since(session, walker_id, kind=LATE_CANCEL, since=since)
    return block_after(at, earlier=counted - 1, policy=policy)


async def _tell_of_block(
    session: AsyncSession, booking: Booking, walker_id: UUID, assignment_no: int, until: datetime, at: datetime
) -> None:
    number = record_number(assignment_no, BLOCKED)
    facts = Facts(change=change_of(Afterwards.RECORD, number, booking_id=booking.id, at=at), beside=True)
    facts.event("requests_blocked", audience=[walker_id], until=until.isoformat())
    facts.message("requests_blocked", walker_id, until=until.isoformat())
    await facts.write(session)


def record_number(assignment_no: int, what: int) -> int:
    """Of one walker's assignment there is one fact of each sort."""
    return SORTS * assignment_no + what
