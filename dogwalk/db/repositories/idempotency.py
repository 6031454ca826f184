"""Reservations of idempotency keys. The row is inserted before the work, so that only one request does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from dogwalk.db.models.person import IdempotencyRecord

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationKey:
    principal: str
    route: str
    key: str


# Put together once: building a statement costs about as much as running it.
IT = (
    IdempotencyRecord.principal == bindparam("its_principal"),
    IdempotencyRecord.route == bindparam("its_route"),
    IdempotencyRecord.key == bindparam("its_key"),
)
NEW = (
    insert(IdempotencyRecord)
    .on_conflict_do_nothing(index_elements=["principal", "route", "key"])
    .returning(IdempotencyRecord.key)
)
LOCKED = select(IdempotencyRecord).where(*IT).with_for_update()
COMPLETED = (
    update(IdempotencyRecord)
    .where(*IT, IdempotencyRecord.locked_until == bindparam("held_until"), IdempotencyRecord.status.is_(None))
    .values(status=bindparam("its_status"), response=bindparam("its_response"))
    .execution_options(synchronize_session=False)
)


async def insert_new(session: AsyncSession, which: ReservationKey, **fields: Any) -> bool:
    """False when the key is there already."""
    row = {"principal": which.principal, "route": which.route, "key": which.key, **fields}
    return (await session.scalar(NEW, row)) is not None


async def get_locked(session: AsyncSession, which: ReservationKey) -> IdempotencyRecord | None:
    return (await session.scalars(LOCKED, _is(which))).one_or_none()


async def complete(
    session: AsyncSession, which: ReservationKey, *, locked_until: datetime, status: int, response: dict[str, Any]
) -> None:
    """Only by who holds the reservation: it may have been taken over, and answered, meanwhile."""
    said = {"held_until": locked_until, "its_status": status, "its_response": response}
    await session.execute(COMPLETED, {**_is(which), **said})


async def let_go(session: AsyncSession, which: ReservationKey, *, locked_until: datetime, until: datetime) -> None:
    """Free for the next try from `until` on. The row stays: its resource id and body hash belong to the key."""
    await session.execute(
        update(IdempotencyRecord)
        .where(*IT, IdempotencyRecord.locked_until == locked_until, IdempotencyRecord.status.is_(None))
        .values(locked_until=until)
        .execution_options(synchronize_session=False),
        _is(which),
    )


async def remove_older(session: AsyncSession, *, than: datetime) -> int:
    removed = delete(IdempotencyRecord).where(IdempotencyRecord.created_at < than).returning(IdempotencyRecord.key)
    return len((await session.scalars(removed)).all())


def _is(which: ReservationKey) -> dict[str, str]:
    return {"its_principal": which.principal, "its_route": which.route, "its_key": which.key}
