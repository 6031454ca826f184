"""Reservations of idempotency keys. The row is inserted before the work, so that only one request does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.person import IdempotencyRecord

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationKey:
    principal: str
    route: str
    key: str


async def insert_new(session: AsyncSession, which: ReservationKey, **fields: Any) -> bool:
    """False when the key is there already."""
    statement = (
        insert(IdempotencyRecord)
        .values(principal=which.principal, route=which.route, key=which.key, **fields)
        .on_conflict_do_nothing(index_elements=["principal", "route", "key"])
        .returning(IdempotencyRecord.key)
    )
    return (await session.scalar(statement)) is not None


async def get_locked(session: AsyncSession, which: ReservationKey) -> IdempotencyRecord | None:
    statement = select(IdempotencyRecord).where(*_is(which)).with_for_update()
    return (await session.scalars(statement)).one_or_none()


async def complete(
    session: AsyncSession, which: ReservationKey, *, locked_until: datetime, status: int, response: dict[str, Any]
) -> None:
    """Only by who holds the reservation: it may have been taken over, and answered, meanwhile."""
    await session.execute(
        update(IdempotencyRecord)
        .where(*_is(which), IdempotencyRecord.locked_until == locked_until, IdempotencyRecord.status.is_(None))
        .values(status=status, response=response)
    )


async def let_go(session: AsyncSession, which: ReservationKey, *, locked_until: datetime, until: datetime) -> None:
    """Free for the next try from `until` on. The row stays: its resource id and body hash belong to the key."""
    await session.execute(
        update(IdempotencyRecord)
        .where(*_is(which), IdempotencyRecord.locked_until == locked_until, IdempotencyRecord.status.is_(None))
        .values(locked_until=until)
    )


async def remove_older(session: AsyncSession, *, than: datetime) -> int:
    removed = delete(IdempotencyRecord).where(IdempotencyRecord.created_at < than).returning(IdempotencyRecord.key)
    return len((await session.scalars(removed)).all())


def _is(which: ReservationKey) -> tuple[ColumnElement[bool], ...]:
    row = IdempotencyRecord
    return row.principal == which.principal, row.route == which.route, row.key == which.key
