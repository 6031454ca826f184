"""Facts of a booking that its workflow does not make: each kind numbers its own in a range of its own, far above any
version of a booking, so that events and messages never meet. They are written without a projection.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import Change

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

RANGE = 1_000_000


class Afterwards(IntEnum):
    DEBT = 1
    REFUND = 2
    TIP = 3
    CLAIM = 4
    DISPUTE = 5
    ACCESS = 6
    RETURNED = 7
    PHOTO = 10
    REPORT = 11
    MESSAGE = 13
    RECORD = 14


def change_of(kind: Afterwards, number: int, *, booking_id: UUID, at: datetime, actor: str = "system") -> Change:
    return Change(booking_id=booking_id, version=kind * RANGE + number, at=at, actor=actor)
