import pytest
from hypothesis import given
from hypothesis import strategies as st

from dogwalk.domain.money import Money, check_currency, major_units, percent_of, pro_rata
from dogwalk.errors import InvalidInput


def test_percent_rounds_half_up_to_the_cent() -> None:
    assert percent_of(50, 11) == 6
    assert percent_of(2500, 11) == 275


@given(st.integers(0, 10**7), st.integers(0, 7200), st.integers(1, 7200))
def test_pro_rata_never_charges_more_than_the_whole(amount: int, part_s: int, whole_s: int) -> None:
    assert 0 <= pro_rata(amount, part_s=part_s, whole_s=whole_s) <= amount


def test_money_adds_in_one_currency_only() -> None:
    assert Money(100, "usd") + Money(50, "usd") == Money(150, "usd")


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (2775, "usd", "27.75"),
        (2700, "usd", "27.00"),
        (-5, "EUR", "-0.05"),
        (1200, "jpy", "1200"),
        (2550, "isk", "25.50"),
    ],
)
def test_money_is_written_with_the_decimals_that_stripe_counts(amount: int, currency: str, said: str) -> None:
    assert str(major_units(amount, currency)) == said


def test_no_market_has_a_currency_of_thousandths_or_none_at_all() -> None:
    for served in ("usd", "jpy"):
        check_currency(served)
    for refused in ("kwd", "USD", "dollar", ""):
        with pytest.raises(InvalidInput) as raised:
            check_currency(refused)
        assert raised.value.code == "currency_not_served"
