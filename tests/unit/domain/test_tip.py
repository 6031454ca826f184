"""How much a tip may be."""

from __future__ import annotations

import pytest

from dogwalk.domain.afterwards import check_tip
from dogwalk.domain.policy import AfterTheWalk
from dogwalk.errors import InvalidInput


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("eur", 49, "tip_too_small"),
        ("eur", 50, None),
        ("gbp", 30, None),
        ("sek", 299, "tip_too_small"),
        ("usd", 4501, "tip_too_much"),
        ("usd", 4500, None),
    ],
)
def test_no_less_than_a_card_is_charged_and_no_more_than_is_left(currency: str, amount: int, code: str | None) -> None:
    refused = None
    try:
        check_tip(amount, given=500, total=2775, currency=currency, policy=AfterTheWalk())
    except InvalidInput as error:
        refused = error.code
    assert refused == code
