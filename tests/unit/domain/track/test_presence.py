from __future__ import annotations

from dogwalk.domain.geo import Grid
from dogwalk.domain.track import Fix
from dogwalk.domain.track.presence import waited_at_home
from dogwalk.domain.track.verdict import HomeFence

HOME = HomeFence(lat=48.1372, lon=11.5756, radius_m=75.0)
WAIT_S = 900
IN, OUT = 20.0, 300.0


def waited(*fixes: Fix) -> bool:
    return waited_at_home([fixes], home=HOME, since_s=0.0, until_s=float(WAIT_S), seen_within_s=600.0)


def stay(distance_m: float, first_s: int, last_s: int, *, every_s: int = 10) -> list[Fix]:
    lat, lon = Grid(HOME.lat, HOME.lon).to_degrees(distance_m, 0.0)
    return [Fix(float(at), lat, lon, 5.0) for at in range(first_s, last_s + 1, every_s)]


def test_at_the_door_all_the_while() -> None:
    assert waited(*stay(IN, 0, WAIT_S))


def test_a_phone_that_lies_still_says_little() -> None:
    assert waited(*stay(IN, -300, 420, every_s=360))


def test_without_a_word_nothing_is_proven() -> None:
    assert not waited()
    assert not waited(*stay(IN, -300, 0))


def test_she_came_long_after_she_said_so() -> None:
    assert not waited(*stay(OUT, 0, 300), *stay(IN, 310, WAIT_S))
    assert waited(*stay(OUT, 0, 60), *stay(IN, 70, WAIT_S))


def test_she_went_away_in_between_or_before_the_end() -> None:
    assert not waited(*stay(IN, 0, 300), *stay(OUT, 310, 500), *stay(IN, 510, WAIT_S))
    assert not waited(*stay(IN, 0, 800), *stay(OUT, 810, WAIT_S))


def test_one_jump_is_no_departure() -> None:
    assert waited(*stay(IN, 0, 300), *stay(OUT, 305, 305), *stay(IN, 310, WAIT_S))


def test_what_comes_after_the_end_of_the_wait_says_nothing() -> None:
    assert waited(*stay(IN, 0, WAIT_S), *stay(OUT, WAIT_S + 10, WAIT_S + 100))


def test_one_of_her_phones_is_enough() -> None:
    phones = [stay(OUT, 0, WAIT_S), stay(IN, 0, WAIT_S)]
    assert waited_at_home(phones, home=HOME, since_s=0.0, until_s=float(WAIT_S), seen_within_s=600.0)
