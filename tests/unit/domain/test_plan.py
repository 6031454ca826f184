from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from dogwalk.domain.local_time import at_wall_time
from dogwalk.domain.plan import (
    Break,
    Made,
    OccurrenceState,
    Series,
    Slot,
    Terms,
    WeeklyTime,
    booking_id_of,
    to_drop,
    to_make,
    week_of,
)

MONDAY = date(2027, 3, 1)
DAY = timedelta(days=1)
NOON, FOUR = time(12), time(16)
DOG = UUID(int=1)


def terms(number: int = 0, **fields: Any) -> Terms:
    given = {
        "number": number,
        "effective_from": MONDAY,
        "effective_until": None,
        "weekly": (WeeklyTime(0, NOON), WeeklyTime(3, NOON)),
        "service": "walk_30",
        "dog_ids": frozenset({DOG}),
        **fields,
    }
    return Terms(**given)


def series(**fields: Any) -> Series:
    return Series(
        **{"starts_on": MONDAY, "ends_on": None, "is_ended": False, "terms": (terms(),), "breaks": (), **fields}
    )


def walked(one: Series, *, days: int = 14) -> list[tuple[int, time]]:
    """(days past the Monday, wall time)"""
    slots = one.slots(first=MONDAY - 7 * DAY, last=MONDAY + (days - 1) * DAY)
    return [((slot.local_date - MONDAY).days, slot.at) for slot in slots]


def made(state: OccurrenceState, *, terms_number: int = 0, made_round: int = 1) -> Made:
    return Made(local_date=MONDAY, at=NOON, round=made_round, terms_number=terms_number, state=state)


def slot(of: Terms) -> Slot:
    return Slot(local_date=MONDAY, at=NOON, terms=of)


def test_a_plan_walks_on_its_weekdays_from_its_first_day() -> None:
    assert walked(series()) == [(0, NOON), (3, NOON), (7, NOON), (10, NOON)]
    assert walked(series(starts_on=MONDAY + DAY)) == [(3, NOON), (7, NOON), (10, NOON)]


def test_a_plan_walks_on_its_last_day_and_not_after_it() -> None:
    assert walked(series(ends_on=MONDAY + 7 * DAY)) == [(0, NOON), (3, NOON), (7, NOON)]
    assert walked(series(is_ended=True)) == []


def test_no_walk_in_a_break() -> None:
    day, open_ended = (
        Break(first_on=MONDAY + 3 * DAY, last_on=MONDAY + 3 * DAY),
        Break(first_on=MONDAY + 10 * DAY, last_on=None),
    )
    assert walked(series(breaks=(day,))) == [(0, NOON), (7, NOON), (10, NOON)]
    assert walked(series(breaks=(day, open_ended)), days=60) == [(0, NOON), (7, NOON)]


def test_newer_terms_win_where_they_hold() -> None:
    follow = terms(2, effective_from=MONDAY + 7 * DAY, weekly=(WeeklyTime(0, FOUR),))
    assert walked(series(terms=(terms(), follow))) == [(0, NOON), (3, NOON), (7, FOUR)]


def test_one_day_is_changed_by_terms_of_that_day() -> None:
    day = MONDAY + 3 * DAY
    one = terms(2, effective_from=day, effective_until=day, weekly=(WeeklyTime(3, FOUR),))
    assert walked(series(terms=(terms(), one))) == [(0, NOON), (3, FOUR), (7, NOON), (10, NOON)]


@pytest.mark.parametrize(
    ("before", "rounds"),
    [
        (None, [1]),
        (made(OccurrenceState.DUE), [1]),
        (made(OccurrenceState.DROPPED), [2]),
        (made(OccurrenceState.BOOKED), []),
        (made(OccurrenceState.KEPT), []),
        (made(OccurrenceState.BROKEN), []),
    ],
)
def test_what_does_not_stand_is_made(before: Made | None, rounds: list[int]) -> None:
    of = terms()
    found = to_make([slot(of)], {before.key: before} if before else {}, {0: of})
    assert [one.round for one in found] == rounds


def test_a_change_for_good_is_of_what_holds_for_good() -> None:
    """A day changed alone does not become what follows it."""
    one_day = terms(1, effective_from=MONDAY, effective_until=MONDAY, service="walk_60")
    plan = series(terms=(terms(), one_day))
    assert plan.terms_for(MONDAY, None) == terms()
    assert plan.terms_for(MONDAY, MONDAY + DAY) == terms()
    assert plan.terms_for(MONDAY, MONDAY) == one_day
    assert plan.terms_for(MONDAY - DAY, None) is None


@pytest.mark.parametrize(
    ("state", "is_made"),
    [
        (OccurrenceState.BOOKED, False),  # called off first
        (OccurrenceState.DUE, False),
        (OccurrenceState.KEPT, False),
        (OccurrenceState.DROPPED, True),
        (OccurrenceState.BROKEN, True),
    ],
)
def test_a_day_whose_walk_stays_gets_no_second_one(state: OccurrenceState, *, is_made: bool) -> None:
    of, before = terms(2, weekly=(WeeklyTime(0, FOUR),)), made(state)
    at_four = Slot(local_date=MONDAY, at=FOUR, terms=of)
    assert bool(to_make([at_four], {before.key: before}, {0: terms(), 2: of})) is is_made


@pytest.mark.parametrize("state", [OccurrenceState.DROPPED, OccurrenceState.BROKEN])
@pytest.mark.parametrize("kept", [OccurrenceState.KEPT, OccurrenceState.BOOKED])
def test_a_day_changed_and_changed_back_gets_no_second_walk_either(
    state: OccurrenceState, kept: OccurrenceState
) -> None:
    of, before = terms(3), replace(made(state), code="debt_outstanding")
    at_four = Made(local_date=MONDAY, at=FOUR, round=1, terms_number=2, state=kept)
    there = {one.key: one for one in (before, at_four)}
    assert to_make([slot(of)], there, {0: terms(), 2: terms(2), 3: of}) == []


def test_what_could_not_be_made_is_tried_again_under_new_terms() -> None:
    before = made(OccurrenceState.BROKEN)
    newer = terms(3)
    assert [one.round for one in to_make([slot(newer)], {before.key: before}, {0: terms(), 3: newer})] == [2]


@pytest.mark.parametrize(("code", "rounds"), [("debt_outstanding", [1]), ("account_locked", [1]), ("not_found", [])])
def test_what_may_pass_is_tried_again_as_it_is(code: str, rounds: list[int]) -> None:
    before = replace(made(OccurrenceState.BROKEN), code=code)
    assert [one.round for one in to_make([slot(terms())], {before.key: before}, {0: terms()})] == rounds


def test_what_is_not_wanted_is_dropped_and_what_was_kept_stays() -> None:
    states = [*OccurrenceState]
    dropped = to_drop([], [made(state) for state in states], {0: terms()})
    assert [one.state for one in dropped] == ["due", "booked", "broken"]


@pytest.mark.parametrize(
    ("changed", "is_dropped"),
    [({"service": "walk_60"}, True), ({"dog_ids": frozenset({DOG, UUID(int=2)})}, True), ({}, False)],
)
def test_a_booking_is_replaced_only_when_another_walk_is_asked_for(
    changed: dict[str, Any],
    is_dropped: bool,  # noqa: FBT001 parametrized
) -> None:
    newer = terms(2, **changed)
    dropped = to_drop([slot(newer)], [made(OccurrenceState.BOOKED)], {0: terms(), 2: newer})
    assert bool(dropped) is is_dropped


def test_a_bookings_id_follows_from_its_occurrence() -> None:
    ids = {
        booking_id_of(UUID(int=plan), day, at, number)
        for plan in (1, 2)
        for day in (MONDAY, MONDAY + DAY)
        for at in (NOON, FOUR)
        for number in (1, 2)
    }
    assert len(ids) == 16
    assert booking_id_of(UUID(int=1), MONDAY, NOON, 1) in ids


def test_a_week_begins_on_monday() -> None:
    assert {week_of(MONDAY + n * DAY) for n in range(7)} == {MONDAY}


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2027, 3, 13), NOON, datetime(2027, 3, 13, 17, tzinfo=UTC)),
        (date(2027, 3, 14), NOON, datetime(2027, 3, 14, 16, tzinfo=UTC)),
        (date(2027, 3, 14), time(2, 30), datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),  # skipped: it is 03:30
        (date(2027, 11, 7), time(1, 30), datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),  # comes twice: the first
    ],
)
def test_a_wall_time_through_the_changes_of_the_clock(day: date, at: time, utc: datetime) -> None:
    assert at_wall_time(day, at, time_zone="America/New_York") == utc
