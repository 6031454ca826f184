"""What every wire format is turned into: one position as a phone told it, and what the ingest answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

POSITIONS_MAX = 500


class Point(msgspec.Struct, frozen=True, gc=False):
    """`at` is evidence and is never altered. Unknown values are null or, from some phones, negative."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    lat: float
    lon: float
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    battery: float | None = None
    mock: bool | None = None


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """A position that is not part of the walk, and why. It is kept apart, and sending it again adds nothing."""

    seq: int | None
    code: str


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """A position that is none: `text` is the beginning of what was sent in its place."""

    seq: int | None
    text: str


class Batch(msgspec.Struct, frozen=True):
    """One request's positions, all of one device on one walk."""

    walk_id: UUID
    device_id: UUID
    received_at: datetime
    points: Sequence[Point]
    unreadable: Sequence[Unreadable] = ()


class Receipt(msgspec.Struct, frozen=True):
    """`accepted` are stored now, `duplicate` were stored before."""

    accepted: int = 0
    duplicate: int = 0
    rejected: list[Rejected] = []
