from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dogwalk.domain.approach import Stage, eta, shows_position

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("distance_m", "minute"), [(0.0, 0), (10.0, 1), (323.0, 5), (324.0, 6)])
def test_the_eta_is_rounded_up_to_the_minute(distance_m: float, minute: int) -> None:
    assert eta(seen_at_s=NOON.timestamp(), distance_m=distance_m) == NOON.replace(minute=minute)


@pytest.mark.parametrize(
    ("stage", "is_walker", "distance_m", "is_shown"),
    [
        (Stage.WAITING, False, 0.0, False),
        (Stage.APPROACHING, False, 301.0, False),
        (Stage.APPROACHING, False, 300.0, True),
        (Stage.APPROACHING, True, 5000.0, True),
        (Stage.UNDER_WAY, False, 5000.0, True),
        (Stage.OVER, False, 0.0, False),
        (Stage.OVER, True, 0.0, False),
    ],
)
def test_the_walkers_way_is_hers_until_she_is_near(
    *, stage: Stage, is_walker: bool, distance_m: float, is_shown: bool
) -> None:
    assert shows_position(stage, is_walker=is_walker, distance_m=distance_m, shown_within_m=300.0) is is_shown
