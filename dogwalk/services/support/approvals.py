"""Above what one person may do alone a second one decides; never the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dogwalk.db.models.base import uuid7
from dogwalk.db.repositories import approval as approvals
from dogwalk.db.repositories import audit, support_task
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import support_booking as bookings
from dogwalk.domain.money import with_currency
from dogwalk.errors import Conflict, Forbidden, NotFound
from dogwalk.services.support.impartial import refuse_own

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.support import Approval
    from dogwalk.db.session import Database

TASK = "approval"
GOOD_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to do: the command's name and its payload, and the money it moves in the booking's currency."""

    booking_id: UUID
    action: str
    amount: int
    reason: str
    arguments: dict[str, Any]
    asked_by: UUID


class Approvals:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def ask_if_needed(self, wish: Wish, *, at: datetime) -> Approval | None:
        """None when one person may do it alone. What waits already is not asked for again. NotFound without such a
        booking.
        """
        async with self._database.transaction() as session:
            booking = await bookings.get(session, wish.booking_id)
            if booking is None:
                raise NotFound("No such booking")
            policy = await policies.by_version(session, booking.market_id, booking.policy_version)
            if wish.amount <= policy.support.alone_max:
                return None
            asked = await approvals.waiting(
                session, wish.booking_id, action=wish.action, arguments=wish.arguments, at=at
            )
            if asked is not None:
                return asked
            row = await approvals.add(
                session,
                id=uuid7(),
                action=wish.action,
                booking_id=wish.booking_id,
                amount=wish.amount,
                currency=booking.currency,
                reason=wish.reason,
                arguments=wish.arguments,
                asked_by=wish.asked_by,
                asked_at=at,
                expires_at=at + GOOD_FOR,
            )
            await _write(session, row, "approval_asked", wish.asked_by, wish.reason, at)
            await _ask_for_a_second(session, row, at)
            return row

    async def awaits_refund(self, booking_id: UUID, refund_id: UUID, *, at: datetime) -> bool:
        """Whether a second person is still to decide about it."""
        async with self._database.transaction() as session:
            return await approvals.awaits_refund(session, booking_id, refund_id, at=at)

    async def decide(self, approval_id: UUID, *, by: UUID, is_approved: bool, reason: str, at: datetime) -> Approval:
        """The approval as it then stands. Said again by the same person it is answered again, so that an approved deed
        may be repeated until it is done. Forbidden `second_person_required` for who asked and for whose walk it
        is; Conflict `approval_decided`, `approval_expired`.
        """
        async with self._database.transaction() as session:
            row = await approvals.get(session, approval_id, lock=True)
            if row is None:
                raise NotFound("No such approval")
            if (booking := await bookings.get(session, row.booking_id)) is not None:
                refuse_own(booking, by)
            wanted = "approved" if is_approved else "rejected"
            _refuse(row, by, wanted, at)
            if row.state == "pending":
                await approvals.decide(session, row.id, state=wanted, decided_by=by, at=at)
                await _write(session, row, f"approval_{wanted}", by, reason, at)
                await support_task.settle(session, _task_key(row), resolution=f"{wanted}: {reason}", at=at)
                await session.refresh(row)
            return row


def _refuse(row: Approval, by: UUID, wanted: str, at: datetime) -> None:
    if row.asked_by == by:
        raise Forbidden("A second person decides", code="second_person_required")
    if row.state == "pending":
        if at >= row.expires_at:
            raise Conflict("Nobody decided in time; ask again", code="approval_expired")
    elif (row.state, row.decided_by) != (wanted, by):
        raise Conflict(f"It was {row.state} already", code="approval_decided", state=row.state)


async def _ask_for_a_second(session: AsyncSession, row: Approval, at: datetime) -> None:
    wish = f"{row.action} of {with_currency(row.amount, row.currency)}"
    await support_task.open(
        session,
        key=_task_key(row),
        kind=TASK,
        booking_id=row.booking_id,
        reason=f"{wish} waits for a second person, until {row.expires_at:%Y-%m-%d %H:%M}Z: {row.id}",
        at=at,
    )


def _task_key(row: Approval) -> str:
    return f"approval:{row.id}"


async def _write(session: AsyncSession, row: Approval, action: str, actor: UUID, reason: str, at: datetime) -> None:
    await audit.append(
        session,
        actor=str(actor),
        action=action,
        subject=f"approval:{row.id}",
        booking_id=row.booking_id,
        reason=reason,
        at=at,
        data={"action": row.action, "amount": row.amount, "currency": row.currency},
    )
