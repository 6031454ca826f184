"""Outbox rows: written with the fact, claimed for a while by whoever sends them, marked with what became of them.

A claim is technical, not business time: it is measured by the database's own clock, so that a process that died gives
its messages back whatever time its bookings believe it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.person import Person
from dogwalk.domain.notification import Channel

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.domain.notification import OutboxDraft

LEASE_S = 30
OPEN = ("pending", "sending")
COUNTED_SMS = ("sending", "sent", "unknown")
NOW = func.clock_timestamp()
# Rows are given beside it: a statement that holds its rows is compiled anew each time.
ADDED = insert(OutboxMessage).on_conflict_do_nothing(index_elements=["key"]).returning(OutboxMessage.id)


async def add(session: AsyncSession, drafts: Sequence[OutboxDraft], at: datetime) -> int:
    """How many were new: a key that is there stays as it was."""
    if not drafts:
        return 0
    rows = [_row(draft, at) for draft in drafts]
    # Else a message with nothing sealed in it is another statement, and takes another time.
    added = await session.execute(ADDED, rows, execution_options={"render_nulls": True})
    return len(added.all())


def _row(draft: OutboxDraft, at: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "key": draft.key,
        "batch": draft.batch,
        "person_id": draft.person_id,
        "booking_id": draft.booking_id,
        "channel": draft.channel.value,
        "kind": draft.kind,
        "data": draft.data,
        "sealed_key_id": draft.sealed_key_id,
        "sealed": draft.sealed,
        "state": "pending",
        "attempts": 0,
        "not_after": draft.not_after or at + timedelta(seconds=draft.ttl_s),
        "created_at": at,
    }


async def claim_batch(
    session: AsyncSession, batch: str, at: datetime, *, limit: int | None = None, tried: Collection[UUID] = ()
) -> Sequence[OutboxMessage]:
    """What of this batch nobody else is sending, ours for LEASE_S, but for those the caller has `tried` already. What
    came too late is `expired` by the way.
    """
    chosen = and_(OutboxMessage.batch == batch, OutboxMessage.id.not_in(tried))
    return await _claim(session, chosen, at=at, limit=limit)


async def claim_left_over(
    session: AsyncSession, *, before: datetime, at: datetime, limit: int
) -> Sequence[OutboxMessage]:
    """The oldest messages written `before` that are still waiting, and not before their next try is due."""
    rested = or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until < NOW)
    return await _claim(session, and_(OutboxMessage.created_at < before, rested), at=at, limit=limit)


async def _claim(
    session: AsyncSession, chosen: ColumnElement[bool], *, at: datetime, limit: int | None = None
) -> Sequence[OutboxMessage]:
    await _close(session, and_(chosen, OutboxMessage.state == "pending", OutboxMessage.not_after < at), "expired")
    abandoned = and_(OutboxMessage.state == "sending", OutboxMessage.leased_until < NOW)
    await _close(session, and_(chosen, abandoned, OutboxMessage.channel == Channel.SMS), "unknown")
    free = or_(OutboxMessage.state == "pending", abandoned)
    picked = (
        select(OutboxMessage.id)
        .where(chosen, free)
        .order_by(OutboxMessage.created_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    claimed = await session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id == picked.c.id)
        .values(state="sending", attempts=OutboxMessage.attempts + 1, leased_until=_from_now(literal(LEASE_S)))
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return claimed.all()


async def is_told(session: AsyncSession, booking_id: UUID, kind: str) -> bool:
    """Whether a message of this kind was ever written for it."""
    found = select(OutboxMessage.id).where(OutboxMessage.booking_id == booking_id, OutboxMessage.kind == kind)
    return await session.scalar(found.limit(1)) is not None


async def count_open(session: AsyncSession, batch: str) -> int:
    """What of this batch is not over: waiting, or being sent by somebody else."""
    counted = select(func.count()).where(OutboxMessage.batch == batch, OutboxMessage.state.in_(OPEN))
    return await session.scalar(counted) or 0


async def mark(session: AsyncSession, message_id: UUID, *, state: str, at: datetime) -> None:
    """The end of a message; what was sealed is wiped. `sent_at` stands for every outcome that may have gone out."""
    went_out = at if state in {"sent", "unknown"} else None
    await _close(session, OutboxMessage.id == message_id, state, sent_at=went_out)


async def release(session: AsyncSession, message_id: UUID) -> None:
    """Not sent for now: waiting again. The sweep leaves it alone for 15 s more with every attempt."""
    rest = func.least(OutboxMessage.attempts * 15, 600)
    changed = update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.state == "sending")
    await session.execute(
        changed.values(state="pending", leased_until=_from_now(rest)).execution_options(synchronize_session=False)
    )


async def count_sms(session: AsyncSession, *, person_id: UUID, number: str, since: datetime) -> int:
    """SMS that went, or may have gone, to this number or this person."""
    counted = (
        select(func.count())
        .select_from(OutboxMessage)
        .join(Person, Person.id == OutboxMessage.person_id)
        .where(
            OutboxMessage.channel == Channel.SMS,
            OutboxMessage.state.in_(COUNTED_SMS),
            OutboxMessage.created_at > since,
            or_(Person.id == person_id, Person.phone == number),
        )
    )
    return await session.scalar(counted) or 0


async def _close(
    session: AsyncSession, chosen: ColumnElement[bool], state: str, *, sent_at: datetime | None = None
) -> None:
    await session.execute(
        update(OutboxMessage)
        .where(chosen)
        .values(state=state, sealed=None, sealed_key_id=None, leased_until=None, sent_at=sent_at)
        .execution_options(synchronize_session=False)
    )


def _from_now(seconds: ColumnElement[int]) -> ColumnElement[datetime]:
    return NOW + seconds * literal(timedelta(seconds=1))
