from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dogwalk.domain.policy import Cancellation, Rescheduling
from dogwalk.domain.rescheduling import lapses_at, start_that_counts

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
HOURS = timedelta(hours=1)
POLICY = Cancellation()


def test_it_lapses_after_three_days_or_two_hours_before_the_earlier_start() -> None:
    far, near = NOW + 200 * HOURS, NOW + 30 * HOURS
    assert lapses_at(asked_at=NOW, old=far, new=far + HOURS, policy=Rescheduling()) == NOW + 72 * HOURS
    assert lapses_at(asked_at=NOW, old=far, new=near, policy=Rescheduling()) == near - 2 * HOURS
    assert lapses_at(asked_at=NOW, old=near, new=far, policy=Rescheduling()) == near - 2 * HOURS


def test_a_walk_moved_while_it_was_free_to_cancel_forgets_its_old_start() -> None:
    assert start_that_counts(original=None, old=NOW + 25 * HOURS, moved_at=NOW, policy=POLICY) is None


def test_a_walk_moved_inside_a_day_keeps_the_earliest_start() -> None:
    old = NOW + 20 * HOURS
    assert start_that_counts(original=None, old=old, moved_at=NOW, policy=POLICY) == old
    earlier = NOW + 10 * HOURS
    assert start_that_counts(original=earlier, old=old, moved_at=NOW, policy=POLICY) == earlier
    assert start_that_counts(original=earlier, old=NOW + 99 * HOURS, moved_at=NOW, policy=POLICY) == earlier
