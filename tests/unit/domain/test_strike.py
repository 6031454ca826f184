"""The second late cancel within 30 days blocks for a day, each next for a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dogwalk.domain.policy import Withdrawal
from dogwalk.domain.strike import block_of

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY, MONTH = timedelta(days=1), timedelta(days=30)


@pytest.mark.parametrize(
    ("days", "until"),
    [
        ([], None),
        ([0], None),
        ([0, 5], START + 5 * DAY + DAY),
        ([0, 30], START + 31 * DAY),
        ([0, 31], None),
        ([0, 5, 6], START + 6 * DAY + MONTH),
        ([0, 5, 6, 7], START + 7 * DAY + MONTH),
        ([0, 5, 60], START + 5 * DAY + DAY),
    ],
)
def test_a_block_follows_from_what_stands(days: list[int], until: datetime | None) -> None:
    assert block_of([START + day * DAY for day in days], policy=Withdrawal()) == until
