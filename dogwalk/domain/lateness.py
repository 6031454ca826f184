"""How late the walker was, and what the owner gets for it (booking-life.md: Late)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.domain.money import percent_of
from dogwalk.domain.track.verdict import EDGE_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dogwalk.domain.policy import Lateness
    from dogwalk.domain.track.fix import Fix
    from dogwalk.domain.track.verdict import HomeFence

MINUTE_S = 60
ARRIVED_AFTER_S = 60.0  # inside (tracking.md, Fences)


def late_minutes(*, starts_at: datetime, arrived_at: datetime) -> int:
    """Whole minutes from the start to the arrival; none for who came before it."""
    return max(0, int((arrived_at - starts_at).total_seconds()) // MINUTE_S)


def late_credit(*, lines_total: int, minutes: int, policy: Lateness) -> int:
    """A percent of the lines for each minute, up to a limit."""
    percent = min(minutes * policy.credit_percent_a_minute, policy.credit_max_percent)
    return percent_of(lines_total, percent)


def credit_so_far(
    *, lines_total: int, starts_at: datetime, arrived_at: datetime | None, at: datetime, policy: Lateness
) -> int:
    """Until she arrived, or while she is still awaited at `at`: what the owner gets when the walk ends there and then."""
    minutes = late_minutes(starts_at=starts_at, arrived_at=arrived_at or at)
    return late_credit(lines_total=lines_total, minutes=minutes, policy=policy)


def is_contradicted(devices: Iterable[Sequence[Fix]], *, at_s: float, home: HomeFence) -> bool:
    """Whether phones were heard around an arrival and none of them was at home. Silence contradicts nothing."""
    near = [fix for fixes in devices for fix in fixes if abs(fix.at_s - at_s) <= EDGE_S]
    return bool(near) and not any(home.holds(fix) for fix in near)


def confirmed_arrival_s(devices: Sequence[Sequence[Fix]], *, tapped_s: float, until_s: float, home: HomeFence) -> float:
    """The tap, unless positions say that the walker was elsewhere: then when they show her come home to stay, at the latest
    `until_s`.
    """
    if not is_contradicted(devices, at_s=tapped_s, home=home):
        return tapped_s
    later = ([fix for fix in fixes if tapped_s < fix.at_s <= until_s] for fixes in devices)
    stays = [_stay_s(fixes, home) for fixes in later]
    return min((since_s for since_s in stays if since_s is not None), default=max(tapped_s, until_s))


def _stay_s(fixes: Sequence[Fix], home: HomeFence) -> float | None:
    """Since when she was at home for a minute, or to the last: who passes by, or jumps there, has not arrived."""
    since_s: float | None = None
    for fix in fixes:
        if not home.holds(fix):
            since_s = None
        elif since_s is None:
            since_s = fix.at_s
        elif fix.at_s - since_s >= ARRIVED_AFTER_S:
            return since_s
    return since_s
