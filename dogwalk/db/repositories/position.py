"""Positions as they come in: many at once, each stored once, and beside them those that do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


class PositionKey(NamedTuple):
    walk_id: UUID
    device_id: UUID
    at: datetime


class NewPosition(NamedTuple):
    """In the order of the columns below."""

    walk_id: UUID
    device_id: UUID
    at: datetime
    seq: int | None
    lat: float
    lon: float
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: float | None
    battery: float | None
    flags: int
    received_at: datetime

    @property
    def key(self) -> PositionKey:
        return PositionKey(self.walk_id, self.device_id, self.at)


class Refused(NamedTuple):
    """`raw` is what was sent, as JSON."""

    walk_id: UUID
    device_id: UUID
    code: str
    raw: str
    received_at: datetime

    @property
    def id(self) -> UUID:
        """The same for the same thing sent again."""
        return uuid5(self.walk_id, f"{self.device_id} {self.code} {self.raw}")


# The arrays' types stand here because a parameter has none of its own. Sorted by key: whoever else writes the same keys
# waits for us and not we for him.
ADD = text(
    """
    INSERT INTO position (walk_id, device_id, at, seq, lat, lon, accuracy_m, speed_mps, heading_deg, battery, flags,
        received_at)
    SELECT * FROM unnest(CAST(:c0 AS uuid[]), CAST(:c1 AS uuid[]), CAST(:c2 AS timestamptz[]), CAST(:c3 AS bigint[]),
        CAST(:c4 AS float8[]), CAST(:c5 AS float8[]), CAST(:c6 AS float8[]), CAST(:c7 AS float8[]),
        CAST(:c8 AS float8[]), CAST(:c9 AS float8[]), CAST(:c10 AS bigint[]), CAST(:c11 AS timestamptz[]))
    ON CONFLICT DO NOTHING
    RETURNING walk_id, device_id, at
    """
)
QUARANTINE = text(
    """
    INSERT INTO quarantined_position (id, walk_id, device_id, code, raw, received_at)
    SELECT id, walk_id, device_id, code, CAST(raw AS jsonb), received_at
    FROM unnest(CAST(:c0 AS uuid[]), CAST(:c1 AS uuid[]), CAST(:c2 AS uuid[]), CAST(:c3 AS text[]), CAST(:c4 AS text[]),
        CAST(:c5 AS timestamptz[])) AS row (id, walk_id, device_id, code, raw, received_at)
    ON CONFLICT DO NOTHING
    """
)


async def add(session: AsyncSession, rows: Iterable[NewPosition]) -> set[PositionKey]:
    """The keys that were not there before. Hold the walks' locks."""
    ordered = sorted(rows, key=_key)
    if not ordered:
        return set()
    return {PositionKey(*row) for row in await session.execute(ADD, _columns(ordered))}


async def quarantine(session: AsyncSession, rows: Sequence[Refused]) -> None:
    """What was put aside before stays as it is."""
    if rows:
        await session.execute(QUARANTINE, _columns(sorted((row.id, *row) for row in rows)))


def _columns(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {f"c{number}": list(values) for number, values in enumerate(zip(*rows, strict=True))}


def _key(row: NewPosition) -> PositionKey:
    return row.key
