from hypothesis import given
from hypothesis import strategies as st

from dogwalk.domain.money import Money, percent_of, pro_rata


def test_percent_rounds_half_up_to_the_cent() -> None:
    assert percent_of(50, 11) == 6
    assert percent_of(2500, 11) == 275


@given(st.integers(0, 10**7), st.integers(0, 7200), st.integers(1, 7200))
def test_pro_rata_never_charges_more_than_the_whole(amount: int, part_s: int, whole_s: int) -> None:
    assert 0 <= pro_rata(amount, part_s=part_s, whole_s=whole_s) <= amount


def test_money_adds_in_one_currency_only() -> None:
    assert Money(100, "usd") + Money(50, "usd") == Money(150, "usd")
