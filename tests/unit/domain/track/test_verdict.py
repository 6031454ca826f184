"""Time and presence decide; where they disagree nobody loses money."""

from __future__ import annotations

from typing import Any

import pytest

from dogwalk.domain.geo import METRES_PER_DEGREE
from dogwalk.domain.policy import Walking
from dogwalk.domain.track import Fix
from dogwalk.domain.track.verdict import HomeFence, Reason, Service, Verdict, VerdictKind, verdict

LAT, LON, T0 = 48.1372, 11.5756, 1_780_000_000.0
HOME = HomeFence(lat=LAT, lon=LON, radius_m=75.0)
BOOKED_S = 1800.0
FAR_M = 600.0


def fixes(
    first_s: float, last_s: float, *, away_m: float, step_s: int = 5, accuracy_m: float | None = 5.0
) -> list[Fix]:
    """Standing `away_m` north of home: distance is no matter here."""
    return [
        Fix(T0 + first_s + at, LAT + away_m / METRES_PER_DEGREE, LON, accuracy_m)
        for at in range(0, int(last_s - first_s) + 1, step_s)
    ]


def round_walk(minutes: float = 30, **given: Any) -> list[Fix]:
    """At the door, away, at the door."""
    end_s = minutes * 60
    return [
        *fixes(0, 60, away_m=10, **given),
        *fixes(65, end_s - 65, away_m=FAR_M, **given),
        *fixes(end_s - 60, end_s, away_m=10, **given),
    ]


def judge(
    *devices: list[Fix], minutes: float = 30, in_vehicle: bool = False, photos: tuple[float, ...] = (), **policy: Any
) -> Verdict:
    service = Service(started_at_s=T0, finished_at_s=T0 + minutes * 60, booked_s=BOOKED_S)
    return verdict(
        devices,
        service=service,
        home=HOME,
        in_vehicle=in_vehicle,
        policy=Walking(**policy),
        photos=[T0 + at_s for at_s in photos],
    )


def test_a_walk_of_its_time_from_the_door_to_the_door_is_served() -> None:
    found = judge(round_walk())
    assert (found.kind, found.reasons, found.served_s) == (VerdictKind.SERVED, [], 1800)
    assert found.coverage == 1.0
    assert found.is_complete


@pytest.mark.parametrize(
    ("minutes", "kind"),
    [(27, VerdictKind.SERVED), (26.9, VerdictKind.SHORT), (6, VerdictKind.SHORT), (5, VerdictKind.SHORT)],
)
def test_below_nine_tenths_of_the_booked_time_it_is_short(minutes: float, kind: VerdictKind) -> None:
    found = judge(round_walk(minutes), minutes=minutes)
    assert found.kind is kind
    assert found.served_s == pytest.approx(minutes * 60)
    assert (Reason.BELOW_BOOKED_TIME in found.reasons) is (kind is VerdictKind.SHORT)


def test_below_five_minutes_it_is_not_served() -> None:
    found = judge(round_walk(4.9), minutes=4.9)
    assert (found.kind, found.reasons) == (VerdictKind.NOT_SERVED, [Reason.BELOW_BOOKED_TIME])


def test_a_walk_that_runs_over_is_served() -> None:
    assert judge(round_walk(50), minutes=50).kind is VerdictKind.SERVED


def test_a_dog_that_only_stood_at_the_door_was_served() -> None:
    """An old dog's walk: never distance."""
    assert judge(fixes(0, 1800, away_m=5)).kind is VerdictKind.SERVED


def test_without_a_position_nothing_can_be_said() -> None:
    found = judge()
    assert found.kind is VerdictKind.INCONCLUSIVE
    assert found.reasons == [Reason.LOW_COVERAGE, Reason.START_UNSEEN, Reason.FINISH_UNSEEN]
    assert not found.is_complete


@pytest.mark.parametrize(("heard_s", "kind"), [(1500, VerdictKind.SERVED), (1300, VerdictKind.INCONCLUSIVE)])
def test_below_four_fifths_of_the_time_heard_it_is_inconclusive(heard_s: int, kind: VerdictKind) -> None:
    heard = [fix for fix in round_walk() if not 100 <= fix.at_s - T0 < 100 + 1800 - heard_s]
    assert judge(heard).kind is kind


def test_too_short_by_the_taps_and_unheard_costs_nobody_money() -> None:
    assert judge(minutes=6).kind is VerdictKind.INCONCLUSIVE


def test_a_phone_that_is_still_sending_its_end_leaves_the_evidence_open() -> None:
    found = judge([fix for fix in round_walk() if fix.at_s - T0 < 1500])
    assert (found.kind, found.is_complete) == (VerdictKind.SERVED, False)
    assert found.reasons == [Reason.FINISH_UNSEEN]


def test_a_photo_speaks_for_an_end_that_no_position_shows() -> None:
    """It completes no evidence: a phone that is still sending may deny it."""
    heard = [fix for fix in round_walk() if fix.at_s - T0 < 1500]
    found = judge(heard, photos=(900, 1870))
    assert (found.kind, found.reasons, found.is_complete) == (VerdictKind.SERVED, [], False)
    assert judge(heard, photos=(900, 1500)).reasons == [Reason.FINISH_UNSEEN]
    assert judge(photos=(10, 900, 1790)).reasons == [Reason.LOW_COVERAGE]


def test_a_photo_never_speaks_against_a_position() -> None:
    elsewhere = [*fixes(0, 60, away_m=10), *fixes(65, 1800, away_m=FAR_M)]
    assert judge(elsewhere, photos=(1800,)) == judge(elsewhere)


def test_two_phones_cover_one_walk_together() -> None:
    walk = round_walk()
    half = len(walk) // 2
    assert judge(walk[:half]).kind is VerdictKind.INCONCLUSIVE
    assert judge(walk[half:], walk[:half]).kind is VerdictKind.SERVED


def test_two_phones_with_the_same_fix_are_no_trouble() -> None:
    walk = round_walk()
    assert judge(walk, [fix._replace(accuracy_m=None) for fix in walk]).kind is VerdictKind.SERVED


def test_a_walk_that_ends_elsewhere_is_for_a_person_to_look_at() -> None:
    found = judge([*fixes(0, 60, away_m=10), *fixes(65, 1800, away_m=FAR_M)])
    assert (found.kind, found.reasons) == (
        VerdictKind.INCONCLUSIVE,
        [Reason.FINISH_OUTSIDE_HOME, Reason.LEFT_HOME_EARLY],
    )


def test_a_walk_that_began_elsewhere_is_for_a_person_to_look_at() -> None:
    found = judge([*fixes(0, 1700, away_m=FAR_M), *fixes(1705, 1800, away_m=10)])
    assert found.kind is VerdictKind.INCONCLUSIVE
    assert found.reasons == [Reason.START_OUTSIDE_HOME, Reason.CAME_HOME_LATE]


def test_one_who_was_never_at_home_has_both_reasons() -> None:
    found = judge(fixes(0, 1800, away_m=5000))
    assert found.kind is VerdictKind.INCONCLUSIVE
    assert {Reason.CAME_HOME_LATE, Reason.LEFT_HOME_EARLY} <= set(found.reasons)


def test_a_finish_tapped_on_the_way_back_to_the_bus_is_still_served() -> None:
    """Two and a half minutes after the door: less than the tenth that may be missing."""
    found = judge(
        [
            *fixes(0, 60, away_m=10),
            *fixes(65, 1600, away_m=FAR_M),
            *fixes(1605, 1650, away_m=10),
            *fixes(1655, 1800, away_m=300),
        ]
    )
    assert (found.kind, found.reasons) == (VerdictKind.SERVED, [Reason.FINISH_OUTSIDE_HOME])


@pytest.mark.parametrize(
    ("away_m", "accuracy_m", "holds"),
    [(94, 5, True), (96, 5, False), (119, 40, True), (121, 40, False), (89, None, True)],
)
def test_the_fence_gives_the_benefit_of_the_doubt(away_m: float, accuracy_m: float | None, holds: bool) -> None:  # noqa: FBT001 a table's column
    assert HOME.holds(Fix(T0, LAT + away_m / METRES_PER_DEGREE, LON, accuracy_m)) is holds


def test_a_ride_is_a_reason_and_no_verdict() -> None:
    found = judge(round_walk(), in_vehicle=True)
    assert (found.kind, found.reasons) == (VerdictKind.SERVED, [Reason.IN_VEHICLE])


def test_the_market_says_how_much_is_enough() -> None:
    assert judge(round_walk(15), minutes=15, served_percent=50).kind is VerdictKind.SERVED
    assert judge(round_walk(15), minutes=15, not_served_below_s=1000).kind is VerdictKind.NOT_SERVED
    assert judge(round_walk()[: len(round_walk()) // 3], coverage_min_percent=20).kind is VerdictKind.SERVED


@pytest.mark.parametrize(("heard", "kind"), [(True, VerdictKind.NOT_SERVED), (False, VerdictKind.INCONCLUSIVE)])
def test_start_and_finish_in_the_same_instant(heard: bool, kind: VerdictKind) -> None:  # noqa: FBT001 a table's column
    assert judge(fixes(-20, 20, away_m=5) if heard else [], minutes=0).kind is kind
