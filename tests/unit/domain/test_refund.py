"""Whose money a refund by support is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dogwalk.domain.booking import PaymentStatus
from dogwalk.domain.refund import FundedBy, RefundSplit, split_refund, status_after

SHARE, FEE = 2000, 775


@pytest.mark.parametrize(
    ("funded_by", "claw_back", "expected"),
    [
        (FundedBy.PLATFORM, False, RefundSplit(at_cost=1000)),
        (FundedBy.PLATFORM, True, RefundSplit(at_cost=1000)),
        (FundedBy.CHARGE, True, RefundSplit(from_walker=721, from_revenue=279)),
        (FundedBy.CHARGE, False, RefundSplit(at_cost=721, from_revenue=279)),
    ],
)
def test_who_gives_up_what(funded_by: FundedBy, claw_back: bool, expected: RefundSplit) -> None:  # noqa: FBT001 a case
    split = split_refund(amount=1000, walker_share=SHARE, platform_fee=FEE, funded_by=funded_by, claw_back=claw_back)
    assert split == expected


@given(share=st.integers(0, 10**6), fee=st.integers(0, 10**6), percent=st.integers(1, 100), claw_back=st.booleans())
def test_the_parts_make_the_whole_and_nobody_gives_more_than_she_has(
    share: int,
    fee: int,
    percent: int,
    claw_back: bool,  # noqa: FBT001 a case
) -> None:
    amount = (share + fee) * percent // 100
    split = split_refund(
        amount=amount, walker_share=share, platform_fee=fee, funded_by=FundedBy.CHARGE, claw_back=claw_back
    )
    assert split.from_walker + split.from_revenue + split.at_cost == amount
    assert 0 <= split.from_walker <= share
    assert 0 <= split.from_revenue <= fee


@pytest.mark.parametrize(("amount", "hers"), [(1000, 0), (1388, 0), (1888, 360)])
def test_what_is_owed_to_the_owner_goes_out_first_at_nobodys_cost(amount: int, hers: int) -> None:
    split = split_refund(
        amount=amount,
        walker_share=SHARE - 1000,
        platform_fee=FEE - 388,
        funded_by=FundedBy.CHARGE,
        claw_back=True,
        owed=1388,
    )
    assert (split.of_owed, split.from_walker) == (min(amount, 1388), hers)


def test_the_status_says_how_much_went_back() -> None:
    assert status_after(captured=100, refunded=0) is PaymentStatus.CAPTURED
    assert status_after(captured=100, refunded=99) is PaymentStatus.PARTIALLY_REFUNDED
    assert status_after(captured=100, refunded=100) is PaymentStatus.REFUNDED
