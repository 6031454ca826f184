from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dogwalk.domain.authentication import STEP_UP_LASTS, Acr, Proof, check_step_up
from dogwalk.errors import Forbidden

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("acr", "age", "needs_second_factor", "is_enough"),
    [
        (Acr.PASSWORD, timedelta(), False, True),
        (Acr.PASSWORD, STEP_UP_LASTS, False, True),
        (Acr.PASSWORD, STEP_UP_LASTS + timedelta(seconds=1), False, False),
        (Acr.PASSWORD, timedelta(), True, False),
        (Acr.TWO_FACTOR, timedelta(), True, True),
        (Acr.TWO_FACTOR, STEP_UP_LASTS + timedelta(seconds=1), True, False),
        (Acr.TWO_FACTOR, timedelta(), False, True),
    ],
)
def test_what_she_proved_lately_with_all_her_factors_is_enough(
    *, acr: Acr, age: timedelta, needs_second_factor: bool, is_enough: bool
) -> None:
    def check() -> None:
        check_step_up(Proof(acr, NOW - age), needs_second_factor=needs_second_factor, now=NOW)

    if is_enough:
        check()
        return
    with pytest.raises(Forbidden) as refused:
        check()
    assert refused.value.code == "step_up_required"
