"""Whom a wave may wake: by the wall clock where the walker lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dogwalk.domain.local_time import is_awake, wakes_at

DAY = (7, 22)
NEW_YORK = "America/New_York"


def at(hour: int, minute: int = 0, *, day: int = 10, month: int = 6) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "awake"),
    [(at(10, 59), False), (at(11), True), (at(1, 59), True), (at(2), False), (at(6), False)],
    ids=["06:59", "07:00", "21:59", "22:00", "02:00"],
)
def test_the_day_begins_at_seven_and_ends_at_ten_where_she_lives(moment: datetime, *, awake: bool) -> None:
    assert is_awake(NEW_YORK, DAY, at=moment) is awake


def test_without_hours_nobody_sleeps() -> None:
    assert is_awake(NEW_YORK, None, at=at(6))


def test_two_walkers_of_two_zones_are_judged_each_by_her_own() -> None:
    moment = at(6)
    assert not is_awake(NEW_YORK, DAY, at=moment)
    assert is_awake("Europe/Berlin", DAY, at=moment)


@pytest.mark.parametrize(("after", "morning"), [(at(6), at(11)), (at(3), at(11)), (at(12), at(11, day=11))])
def test_her_morning_is_the_next_one(after: datetime, morning: datetime) -> None:
    assert wakes_at(NEW_YORK, DAY, after=after) == morning


@pytest.mark.parametrize(("day", "month"), [(14, 3), (7, 11)], ids=["forward", "back"])
def test_the_night_of_a_clock_change_ends_at_seven_too(day: int, month: int) -> None:
    evening = datetime(2027, month, day, 4, tzinfo=UTC)  # late on the day before, there
    morning = wakes_at(NEW_YORK, DAY, after=evening)
    assert is_awake(NEW_YORK, DAY, at=morning)
    assert not is_awake(NEW_YORK, DAY, at=morning - timedelta(minutes=1))
