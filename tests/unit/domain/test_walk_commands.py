"""Which state takes which of the walker's commands, and when a command counts (booking-life.md, the table of commands)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dogwalk.domain.booking import (
    Status,
    WalkCommand,
    check_not_too_early,
    check_takes,
    effective_time,
    implied_by,
    is_repeat,
    last_step_at,
)
from dogwalk.domain.policy import Walking
from dogwalk.errors import Conflict, WrongState

ON_THE_WAY, ARRIVE, START, FINISH = (
    WalkCommand.ON_THE_WAY,
    WalkCommand.ARRIVE,
    WalkCommand.START,
    WalkCommand.FINISH,
)
NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
POLICY = Walking()
YES, AGAIN, NO = "takes it", "repeats", "wrong_state"

TABLE = {
    ON_THE_WAY: {Status.ASSIGNED: YES, Status.ON_THE_WAY: AGAIN, Status.ARRIVED: NO, Status.IN_PROGRESS: NO},
    ARRIVE: {Status.ASSIGNED: YES, Status.ON_THE_WAY: YES, Status.ARRIVED: AGAIN, Status.IN_PROGRESS: NO},
    START: {Status.ASSIGNED: YES, Status.ON_THE_WAY: YES, Status.ARRIVED: YES, Status.IN_PROGRESS: AGAIN},
    FINISH: {Status.ASSIGNED: NO, Status.ON_THE_WAY: NO, Status.ARRIVED: YES, Status.IN_PROGRESS: YES},
}
CASES = [(command, status, answer) for command, row in TABLE.items() for status, answer in row.items()]


def answer_to(command: WalkCommand, status: Status) -> str:
    if is_repeat(command, status):
        return AGAIN
    try:
        check_takes(command, status)
    except WrongState:
        return NO
    return YES


@pytest.mark.parametrize(("command", "status", "answer"), CASES)
def test_the_table_of_commands(command: WalkCommand, status: Status, answer: str) -> None:
    assert answer_to(command, status) == answer


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.ENDED_EARLY, Status.CLOSED])
def test_after_the_walk_only_the_finish_repeats(status: Status) -> None:
    assert answer_to(FINISH, status) == AGAIN
    assert {answer_to(command, status) for command in (ON_THE_WAY, ARRIVE, START)} == {NO}


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.MATCHING, Status.CANCELLED, Status.UNFULFILLED])
def test_without_a_walker_nothing_is_taken(status: Status) -> None:
    assert {answer_to(command, status) for command in TABLE} == {NO}


def test_a_refusal_says_which_states_would_take_it() -> None:
    with pytest.raises(WrongState) as caught:
        check_takes(FINISH, Status.ASSIGNED)
    assert caught.value.extra["status"] == "assigned"
    assert "in_progress" in caught.value.extra["expected"]


def test_a_step_implies_those_before_it() -> None:
    assert implied_by(ON_THE_WAY) == []
    assert implied_by(ARRIVE) == ["on_the_way_at"]
    assert implied_by(START) == ["on_the_way_at", "arrived_at"]


@pytest.mark.parametrize(("command", "minutes"), [(ON_THE_WAY, 90), (START, 15)])
def test_too_early_says_from_when_it_counts(command: WalkCommand, minutes: int) -> None:
    earliest = NOW - timedelta(minutes=minutes)
    check_not_too_early(command, starts_at=NOW, at=earliest, policy=POLICY)
    with pytest.raises(Conflict) as caught:
        check_not_too_early(command, starts_at=NOW, at=earliest - timedelta(seconds=1), policy=POLICY)
    assert (caught.value.code, caught.value.extra["not_before"]) == ("too_early", earliest.isoformat())


def test_one_may_arrive_as_early_as_one_likes() -> None:
    check_not_too_early(ARRIVE, starts_at=NOW, at=NOW - timedelta(hours=3), policy=POLICY)


@pytest.mark.parametrize(
    ("claimed", "counts"),
    [
        (timedelta(0), True),
        (timedelta(hours=-2), True),
        (timedelta(hours=-2, seconds=-1), False),
        (timedelta(minutes=2), True),
        (timedelta(minutes=2, seconds=1), False),
    ],
)
def test_a_taps_own_time_counts_two_hours_back_and_two_minutes_ahead(claimed: timedelta, counts: bool) -> None:  # noqa: FBT001 parametrized
    at = effective_time(NOW + claimed, now=NOW, policy=POLICY)
    assert at == (NOW + claimed if counts else NOW)


def test_without_a_time_of_its_own_a_command_counts_when_it_comes() -> None:
    assert effective_time(None, now=NOW, policy=POLICY) == NOW


def test_nothing_happened_before_what_came_before_it() -> None:
    assigned_at = NOW - timedelta(minutes=10)
    at = effective_time(NOW - timedelta(hours=1), now=NOW, policy=POLICY, not_before=assigned_at)
    assert at == assigned_at


def test_the_last_step_is_the_latest_of_those_known() -> None:
    times = {"assigned_at": NOW - timedelta(hours=3), "on_the_way_at": NOW, "arrived_at": None, "started_at": None}
    assert last_step_at(SimpleNamespace(**times)) == NOW
    assert last_step_at(SimpleNamespace(**dict.fromkeys(times))) is None
