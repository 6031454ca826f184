"""What an owner may see of a walker on her walk: when she will be there, and where she is only once she is near."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

DETOUR = 1.3  # streets against the crow's flight
PACE_MPS = 1.4  # on foot; who rides comes early
MINUTE_S = 60


class Stage(StrEnum):
    WAITING = "waiting"  # nobody is on the way
    APPROACHING = "approaching"
    UNDER_WAY = "under_way"
    OVER = "over"


def eta(*, seen_at_s: float, distance_m: float) -> datetime:
    """Rounded up to the minute: nearer than that nobody knows, and it tells no distance to the metre."""
    arrives_s = seen_at_s + distance_m * DETOUR / PACE_MPS
    whole = datetime.fromtimestamp(arrives_s, UTC).replace(second=0, microsecond=0)
    return whole if whole.timestamp() == arrives_s else whole + timedelta(seconds=MINUTE_S)


def soonest_start(*, accepted_at: datetime, distance_m: float, eta_max_s: int) -> datetime:
    """Of a walk as soon as possible: when the walker who accepts it can be there, and no later than promised."""
    there_at = eta(seen_at_s=accepted_at.timestamp(), distance_m=distance_m)
    return min(there_at, accepted_at + timedelta(seconds=eta_max_s))


def shows_position(stage: Stage, *, is_walker: bool, distance_m: float, shown_within_m: float) -> bool:
    """The walker's own home stays private: to the owner her way is shown from its last stretch on."""
    if stage is Stage.UNDER_WAY:
        return True
    return stage is Stage.APPROACHING and (is_walker or distance_m <= shown_within_m)
