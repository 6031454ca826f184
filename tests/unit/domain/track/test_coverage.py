from __future__ import annotations

import pytest

from dogwalk.domain.track.coverage import covered_s, longest_silence_s


@pytest.mark.parametrize(
    ("times", "covered"),
    [
        ([], 0),
        ([50], 30),
        ([0, 100], 30),
        ([-10, 110], 10),
        ([-20, 120], 0),
        ([50, 60, 60], 40),
        ([15, 45, 75, 100], 100),
        (range(101), 100),
    ],
)
def test_a_fix_covers_fifteen_seconds_to_each_side_once(times: list[float], covered: float) -> None:
    assert covered_s(times, 0, 100) == covered


@pytest.mark.parametrize(
    ("times", "silence"), [([], 100), ([0, 100], 100), ([30], 70), ([-50, 30, 60, 150], 40), (range(101), 1)]
)
def test_silence_runs_from_end_to_end_of_the_window(times: list[float], silence: float) -> None:
    assert longest_silence_s(times, 0, 100) == silence
