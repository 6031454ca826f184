"""When a booking has reached a rung (booking-life.md: Late)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dogwalk.domain.booking import Status
from dogwalk.domain.ladder import CLOCKS_DIFFER, Rung, Standing, holds, reached
from dogwalk.domain.policy import MarketPolicy

START = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
POLICY = MarketPolicy()


def standing(**fields: Any) -> Standing:
    given: dict[str, Any] = {
        "status": Status.ASSIGNED,
        "starts_at": START,
        "ends_at": START + timedelta(minutes=30),
        "assigned_at": START - timedelta(days=1),
    }
    return Standing(**(given | fields))


def after(minutes: float, **fields: Any) -> list[Rung]:
    return list(reached(standing(**fields), at=START + timedelta(minutes=minutes), policy=POLICY))


@pytest.mark.parametrize(
    ("minutes", "rungs"),
    [
        (0.9, []),
        (1, [Rung.LATE]),
        (5, [Rung.LATE, Rung.LATE_REMINDER]),
        (10, [Rung.LATE, Rung.LATE_REMINDER, Rung.STAND_BY]),
        (30, [Rung.LATE, Rung.LATE_REMINDER, Rung.STAND_BY, Rung.NO_SHOW]),
    ],
)
def test_a_walker_who_has_not_set_out_is_late_rung_by_rung(minutes: float, rungs: list[Rung]) -> None:
    assert after(minutes) == rungs


def test_one_on_the_way_has_five_minutes_more_before_a_stand_by_is_asked() -> None:
    assert Rung.STAND_BY not in after(14, status=Status.ON_THE_WAY)
    assert Rung.STAND_BY in after(15, status=Status.ON_THE_WAY)


@pytest.mark.parametrize("status", [Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED, Status.MATCHING])
def test_nobody_is_late_who_has_arrived_or_was_never_sent(status: Status) -> None:
    assert after(600, status=status) == []


def test_who_accepted_after_the_start_is_given_her_way() -> None:
    """The owner waits from the start all the same."""
    accepted = {"assigned_at": START + timedelta(minutes=20)}
    assert after(34, **accepted) == [Rung.LATE]
    assert after(35, **accepted) == [Rung.LATE, Rung.NO_SHOW]
    assert after(10, assigned_at=START + timedelta(minutes=2)) == [Rung.LATE]
    assert Rung.LATE_REMINDER in after(22, assigned_at=START + timedelta(minutes=2))


def test_a_rung_is_due_since_the_same_moment_whenever_it_is_asked() -> None:
    first = reached(standing(), at=START + timedelta(minutes=1), policy=POLICY)
    later = reached(standing(), at=START + timedelta(minutes=40), policy=POLICY)
    assert first[Rung.LATE] == later[Rung.LATE] == START + timedelta(minutes=1)


def test_the_workflow_forgives_a_clock_that_is_seconds_behind() -> None:
    due = START + timedelta(minutes=1)
    assert holds(Rung.LATE, standing(), now=due - CLOCKS_DIFFER, policy=POLICY)
    assert not holds(Rung.LATE, standing(), now=due - 2 * CLOCKS_DIFFER, policy=POLICY)


OUT = {"status": Status.IN_PROGRESS, "started_at": START}


@pytest.mark.parametrize(
    ("minutes", "rungs"),
    [
        (9.9, []),
        (10, [Rung.SILENT]),
        (15, [Rung.SILENT, Rung.SILENT_SMS]),
        (20, [Rung.SILENT, Rung.SILENT_SMS, Rung.SILENT_CALL]),
    ],
)
def test_silence_counts_from_the_last_position_or_the_start(minutes: float, rungs: list[Rung]) -> None:
    assert after(minutes, **OUT) == rungs
    assert after(minutes + 7, **OUT, last_position_at=START + timedelta(minutes=7)) == rungs
    assert after(minutes, **OUT, last_position_at=START - timedelta(minutes=3)) == rungs


def test_a_silence_is_over_with_the_first_position_after_it() -> None:
    since = START + timedelta(minutes=10)
    assert Rung.HEARD_AGAIN not in after(12, **OUT, silent_since=since, last_position_at=START)
    assert after(12, **OUT, silent_since=since, last_position_at=START + timedelta(minutes=11)) == [Rung.HEARD_AGAIN]
    assert after(12, **OUT, last_position_at=START + timedelta(minutes=11)) == []


def test_to_a_meeting_nobody_else_is_sent_and_no_phone_is_followed() -> None:
    late = [Rung.LATE, Rung.LATE_REMINDER, Rung.NO_SHOW]
    assert after(30, is_meeting=True) == late
    under_way = {"status": Status.IN_PROGRESS, "started_at": START}
    assert after(29, **under_way, is_meeting=True) == []
    assert Rung.SILENT in after(29, **under_way)
