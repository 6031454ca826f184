"""What a walker's late cancels bring her: the first is forgiven, the second blocks requests for a day, each next for a
month (booking-life.md: Walker withdraws).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dogwalk.domain.policy import Withdrawal

LATE_CANCEL, NO_SHOW = "late_cancel", "no_show"


def block_after(at: datetime, *, earlier: int, policy: Withdrawal) -> datetime | None:
    """Until when one at `at` blocks her, with so many before it within the period."""
    if earlier < 1:
        return None
    return at + timedelta(seconds=policy.blocks_s[min(earlier, len(policy.blocks_s)) - 1])


def block_of(late_cancels: Sequence[datetime], *, policy: Withdrawal) -> datetime | None:
    """Until when all of them, oldest first, block her; in the past when it is over."""
    period = timedelta(seconds=policy.counted_for_s)
    blocks = [
        block_after(at, earlier=sum(one >= at - period for one in late_cancels[:n]), policy=policy)
        for n, at in enumerate(late_cancels)
    ]
    return max((until for until in blocks if until is not None), default=None)
