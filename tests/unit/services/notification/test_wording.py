from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dogwalk.services.notification.wording import Wording, joined, zone_of

here = Wording(ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2026-07-24T22:30:00+00:00", "Sat 25 Jul, 00:30 CEST"),
        ("2026-01-05T08:00:00+00:00", "Mon 5 Jan, 09:00 CET"),
    ],
)
def test_a_moment_is_told_in_the_zone_summer_and_winter(given: str, said: str) -> None:
    assert here.moment(given) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [(2550, "usd", "$25.50"), (5, "eur", "€0.05"), (1200, "jpy", "¥1,200"), (2550, "isk", "ISK25.50")],
)
def test_money_is_told_in_its_own_minor_units(amount: int, currency: str, said: str) -> None:
    assert here.money({"amount": amount, "currency": currency}) == said


@pytest.mark.parametrize(("metres", "said"), [(850.4, "850 m"), (2140, "2.1 km")])
def test_a_distance(metres: float, said: str) -> None:
    assert here.distance(metres) == said


@pytest.mark.parametrize(("seconds", "said"), [(1800, "30 minutes"), (61, "1 minute")])
def test_a_span(seconds: float, said: str) -> None:
    assert here.minutes(seconds) == said


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["Rex"], "Rex"), (["Bo", "Rex"], "Bo and Rex"), (["A", "B", "C"], "A, B and C")]
)
def test_names_are_joined(names: list[str], said: str) -> None:
    assert joined(names) == said


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        (("Asia/Tokyo", "Europe/Berlin"), "Asia/Tokyo"),
        ((None, "UTC", "Europe/Berlin"), "Europe/Berlin"),
        (("Mars/Olympus", "Europe/Berlin"), "Europe/Berlin"),
        (("../../etc/passwd", None), "UTC"),
        ((), "UTC"),
    ],
)
def test_the_first_zone_that_says_something(candidates: tuple[str | None, ...], chosen: str) -> None:
    assert zone_of(*candidates).key == chosen
