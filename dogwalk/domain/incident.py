"""What may go wrong around a walk, and how long the capture waits for it (booking-life.md: Incident)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dogwalk.domain.policy import Incidents


class IncidentKind(StrEnum):
    INJURY = "injury"
    LOST_DOG = "lost_dog"
    BITE = "bite"
    EMERGENCY = "emergency"
    ACCESS = "access"
    OTHER = "other"


def capture_at(*, ended_at: datetime, capture_before: datetime | None, policy: Incidents) -> datetime:
    """The latest moment for it: a hold must not lapse, whatever support still looks at."""
    waits_until = ended_at + timedelta(seconds=policy.capture_after_s)
    if capture_before is None:
        return waits_until
    return min(waits_until, capture_before - timedelta(seconds=policy.before_lapse_s))
