"""What lies sealed under key-encryption keys for as long as it lies: data keys, ways into homes, second factors. Kept
answers and codes on their way are sealed too, and gone by themselves within seven days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from dogwalk.db.models.household import Home
from dogwalk.db.models.person import TwoFactor, WorkflowKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.base import Base


class Place(NamedTuple):
    """Columns of a table: the key's id, and what is sealed under it."""

    table: type[Base]
    key_id: str
    sealed: str


PLACES = (
    Place(WorkflowKey, "key_id", "wrapped"),
    Place(Home, "access_key_id", "access_sealed"),
    Place(TwoFactor, "key_id", "secret_sealed"),
)


async def lock_some(session: AsyncSession, place: Place, *, key_ids: Sequence[str], limit: int) -> Sequence[Base]:
    """Rows sealed under one of `key_ids`, past those somebody else has."""
    key_id, sealed = getattr(place.table, place.key_id), getattr(place.table, place.sealed)
    statement = select(place.table).where(key_id.in_(key_ids), sealed.is_not(None)).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()
