"""What being late costs, and what positions say about an arrival (booking-life.md: Late)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dogwalk.domain.lateness import confirmed_arrival_s, credit_so_far, is_contradicted, late_credit, late_minutes
from dogwalk.domain.policy import Lateness
from dogwalk.domain.settlement import Settlement, with_late_credit
from dogwalk.domain.track.fix import Fix
from dogwalk.domain.track.verdict import HomeFence

START = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
HOME = HomeFence(lat=40.7812, lon=-73.9665, radius_m=75.0)
AWAY = HOME.lat + 0.01  # 1.1 km


def at_home(at_s: float) -> Fix:
    return Fix(at_s, HOME.lat, HOME.lon, 5.0, None, 0)


def away(at_s: float) -> Fix:
    return Fix(at_s, AWAY, HOME.lon, 5.0, None, 0)


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(-600, 0), (0, 0), (59, 0), (60, 1), (8 * 60, 8), (8 * 60 + 59, 8), (3600, 60)]
)
def test_only_whole_minutes_after_the_start_count(seconds: int, minutes: int) -> None:
    assert late_minutes(starts_at=START, arrived_at=START + timedelta(seconds=seconds)) == minutes


@pytest.mark.parametrize(("minutes", "credit"), [(0, 0), (1, 50), (8, 400), (15, 750), (16, 750), (60, 750)])
def test_the_credit_is_two_percent_of_the_lines_a_minute_and_at_most_thirty(minutes: int, credit: int) -> None:
    assert late_credit(lines_total=2500, minutes=minutes, policy=Lateness()) == credit


def test_all_reductions_together_never_exceed_what_was_captured() -> None:
    assert with_late_credit(Settlement(captured=2775, refunded=2500), 750).late_credit == 275
    assert with_late_credit(Settlement(captured=2775, refunded=2775), 750).late_credit == 0


def test_a_tap_that_nobody_saw_counts() -> None:
    assert not is_contradicted([], at_s=1000.0, home=HOME)
    assert confirmed_arrival_s([[away(100.0), at_home(2000.0)]], tapped_s=1000.0, until_s=3000.0, home=HOME) == 1000.0


def test_a_tap_at_home_counts_whatever_another_phone_says() -> None:
    assert confirmed_arrival_s([[away(1000.0)], [at_home(1060.0)]], tapped_s=1000.0, until_s=9e9, home=HOME) == 1000.0


def test_a_tap_from_elsewhere_counts_from_when_she_is_seen_at_home() -> None:
    seen = [away(990.0), away(1010.0), at_home(1500.0), at_home(1510.0)]
    assert is_contradicted([seen], at_s=1000.0, home=HOME)
    assert confirmed_arrival_s([seen], tapped_s=1000.0, until_s=3000.0, home=HOME) == 1500.0


def test_who_passes_by_or_jumps_there_has_not_arrived() -> None:
    stays = [at_home(1800.0 + n) for n in range(0, 90, 30)]
    seen = [away(1000.0), at_home(1200.0), at_home(1240.0), away(1260.0), *stays, away(1900.0)]
    assert confirmed_arrival_s([seen], tapped_s=1000.0, until_s=3000.0, home=HOME) == 1800.0


@pytest.mark.parametrize(
    ("arrived_min", "at_min", "credit"), [(None, -5, 0), (None, 6, 300), (4, 20, 200), (-3, 20, 0)]
)
def test_the_credit_grows_until_she_arrives(arrived_min: int | None, at_min: int, credit: int) -> None:
    arrived_at = None if arrived_min is None else START + timedelta(minutes=arrived_min)
    given = {"lines_total": 2500, "starts_at": START, "arrived_at": arrived_at, "at": START + timedelta(minutes=at_min)}
    assert credit_so_far(**given, policy=Lateness()) == credit


def test_one_never_seen_at_home_arrived_with_the_start_at_the_latest() -> None:
    assert confirmed_arrival_s([[away(1000.0)]], tapped_s=1000.0, until_s=1300.0, home=HOME) == 1300.0
