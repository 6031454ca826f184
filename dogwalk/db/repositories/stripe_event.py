"""Webhook events as they came: stored once by Stripe's id, claimed by whoever works them off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.payment import StripeEvent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.ports import ProviderEvent

MAX_ATTEMPTS = 50


async def store(session: AsyncSession, event: ProviderEvent, *, source: str, at: datetime) -> bool:
    """False when it came before. Its copy of the object is not kept: the object is fetched again."""
    stored = await session.scalar(
        insert(StripeEvent)
        .values(
            id=event.event_id,
            source=source,
            type=event.type,
            object_id=event.object_id,
            account_id=event.account_id,
            payload={name: value for name, value in event.payload.items() if name != "data"},
            received_at=at,
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(StripeEvent.id)
    )
    return stored is not None


async def pending(session: AsyncSession, *, limit: int) -> Sequence[StripeEvent]:
    """Oldest first, locked until the end of the transaction, past those another relay has. Each failed try waits longer."""
    rested = StripeEvent.received_at + StripeEvent.attempts * literal(timedelta(seconds=5)) < func.clock_timestamp()
    statement = (
        select(StripeEvent)
        .where(StripeEvent.processed_at.is_(None), StripeEvent.attempts < MAX_ATTEMPTS, rested)
        .order_by(StripeEvent.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def processed(session: AsyncSession, event_id: str, *, at: datetime) -> None:
    await session.execute(update(StripeEvent).where(StripeEvent.id == event_id).values(processed_at=at, error=None))


async def failed(session: AsyncSession, event_id: str, *, error: str) -> None:
    """`error` is a code or a class's name, never a message: those may quote a card or a person."""
    await session.execute(
        update(StripeEvent).where(StripeEvent.id == event_id).values(attempts=StripeEvent.attempts + 1, error=error)
    )
