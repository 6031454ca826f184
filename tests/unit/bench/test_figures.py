from __future__ import annotations

import json

import pytest
import typer

from tests.bench.benches import BENCHES, chosen
from tests.bench.figure import Figure, last_line
from tests.bench.spread import in_turn, percentile, ratio


def figure(*, value: float, limit: float, is_at_least: bool = False) -> Figure:
    return Figure(
        number="B9", what="something", measured="9", floor="3", figure=value, limit=limit, is_at_least=is_at_least
    )


@pytest.mark.parametrize(
    ("value", "is_at_least", "verdict"),
    [(1.5, False, "met"), (1.51, False, "missed"), (1.5, True, "met"), (1.49, True, "missed")],
)
def test_a_figure_on_its_limit_is_met(value: float, is_at_least: bool, verdict: str) -> None:  # noqa: FBT001 a parameter
    assert figure(value=value, limit=1.5, is_at_least=is_at_least).verdict == verdict


def test_a_row_shows_figure_and_target_as_people_write_them() -> None:
    assert figure(value=17272.4, limit=20_000).row()[4:] == ("17,272", "≤ 20,000", "met")
    assert figure(value=0.456, limit=0.6, is_at_least=True).row()[4:] == ("0.46", "≥ 0.6", "missed")
    assert figure(value=20, limit=20).row()[4] == "20"


def test_the_last_line_is_json_with_everything() -> None:
    said = json.loads(last_line([figure(value=1, limit=2), figure(value=3, limit=2)], failed=["B1"], seconds=12.34))
    assert (said["met"], said["missed"], said["failed"], said["seconds"]) == (1, 1, ["B1"], 12.3)
    assert said["figures"][1] == {
        "number": "B9",
        "what": "something",
        "measured": "9",
        "floor": "3",
        "figure": 3,
        "target": "≤ 2",
        "met": False,
    }


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 50), percentile(values, 99), percentile(values, 100)) == (50, 99, 100)
    assert percentile([7.0], 50) == percentile([7.0], 99) == 7.0


def test_there_is_no_ratio_to_a_floor_of_nothing() -> None:
    assert ratio(3, 2) == 1.5
    with pytest.raises(ValueError, match="floor"):
        ratio(3, 0)


async def test_ours_and_the_floor_take_turns_in_coming_first() -> None:
    order: list[str] = []

    async def ours() -> int:
        order.append("ours")
        return len(order)

    async def floor() -> int:
        order.append("floor")
        return len(order)

    assert await in_turn(ours, floor, rounds=2) == ([1, 4], [2, 3])
    assert order == ["ours", "floor", "floor", "ours"]


def test_benches_are_chosen_by_number() -> None:
    assert chosen("B6, 2,b2") == ["B6", "B2"]
    assert chosen(",".join(BENCHES)) == list(BENCHES)
    with pytest.raises(typer.BadParameter, match="B77"):
        chosen("2,77")
