"""Another time for a walk, with the other side's consent (booking-life.md: Owner cancels; api.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dogwalk.domain.policy import Cancellation, Rescheduling


def lapses_at(*, asked_at: datetime, old: datetime, new: datetime, policy: Rescheduling) -> datetime:
    """Until when the other side may agree."""
    latest = min(old, new) - timedelta(seconds=policy.lapses_before_start_s)
    return min(asked_at + timedelta(seconds=policy.lapses_after_s), latest)


def start_that_counts(
    *, original: datetime | None, old: datetime, moved_at: datetime, policy: Cancellation
) -> datetime | None:
    """The start that a cancellation is judged by as well, if it is the earlier one: a walk moved when calling it off was
    no longer free does not become free by the move. None when it was.
    """
    if moved_at <= old - timedelta(seconds=policy.free_until_before_start_s):
        return original
    return min(original or old, old)
