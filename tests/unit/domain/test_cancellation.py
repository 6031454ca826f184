from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dogwalk.domain.booking import Status
from dogwalk.domain.cancellation import (
    CancellationTerms,
    Split,
    cancellation_terms,
    end_early_charge,
    full_charge,
    reduced_charge,
)
from dogwalk.domain.policy import Cancellation

START = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOURS = timedelta(hours=1)
PRICE = {"lines_sum": 2501, "service_fee": 275, "walker_earns": 2001}
HALF = 1251 + 138
POLICY = Cancellation()


def terms(
    status: Status = Status.ASSIGNED,
    *,
    at: datetime,
    assigned_at: datetime | None = START - 72 * HOURS,
    original_starts_at: datetime | None = None,
    price: dict[str, int] = PRICE,
) -> CancellationTerms:
    return cancellation_terms(
        total=price["lines_sum"] + price["service_fee"],
        **price,
        status=status,
        assigned_at=assigned_at,
        starts_at=START,
        original_starts_at=original_starts_at,
        at=at,
        policy=POLICY,
    )


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.MATCHING])
def test_free_while_nobody_is_assigned(status: Status) -> None:
    found = terms(status, at=START - timedelta(minutes=1), assigned_at=None)
    assert (found.allowed, found.fee, found.refund, found.policy) == (True, 0, 2776, "free_unassigned")


def test_free_for_five_minutes_after_the_assignment() -> None:
    assigned = START - 2 * HOURS
    found = terms(at=assigned + timedelta(minutes=5), assigned_at=assigned)
    assert (found.fee, found.policy, found.until) == (0, "free_grace", assigned + timedelta(minutes=5))
    assert terms(at=assigned + timedelta(minutes=5, seconds=1), assigned_at=assigned).fee == HALF


def test_free_until_a_day_before_the_start() -> None:
    found = terms(at=START - 24 * HOURS)
    assert (found.fee, found.refund, found.policy, found.until) == (0, 2776, "free_early", START - 24 * HOURS)


def test_late_keeps_half_and_pays_the_walker_her_share_of_it() -> None:
    found = terms(at=START - 24 * HOURS + timedelta(seconds=1))
    assert (found.fee, found.refund, found.policy) == (HALF, 2776 - HALF, "late")
    assert found.split == Split(captured=HALF, walker_share=1001, platform_fee=HALF - 1001)


@pytest.mark.parametrize("status", [Status.ON_THE_WAY, Status.ARRIVED])
def test_from_on_the_way_all_is_kept_even_within_five_minutes(status: Status) -> None:
    found = terms(status, at=START - HOURS, assigned_at=START - HOURS)
    assert (found.fee, found.refund, found.walker_compensation, found.policy) == (2776, 0, 2001, "on_the_way")


def test_a_move_inside_the_last_day_does_not_make_it_free() -> None:
    earlier = START - 10 * HOURS
    assert terms(at=START - 30 * HOURS, original_starts_at=earlier).policy == "late"


def test_refused_while_the_dog_is_out_and_costs_nothing() -> None:
    found = terms(Status.IN_PROGRESS, at=START)
    assert (found.allowed, found.refusal_code) == (False, "walk_in_progress")
    assert (found.fee, found.refund, found.walker_compensation) == (0, 0, 0)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED, Status.UNFULFILLED, Status.CLOSED])
def test_refused_when_there_is_nothing_to_cancel(status: Status) -> None:
    assert terms(status, at=START).refusal_code == "wrong_state"


def test_what_is_due_for_a_late_walker_goes_back_of_what_is_kept_and_no_more() -> None:
    kept = terms(Status.ON_THE_WAY, at=START)
    assert kept.with_late_credit(500).late_credit == 500
    assert kept.with_late_credit(500).fee == kept.fee
    assert terms(at=START, assigned_at=START).with_late_credit(500).late_credit == 0


def test_end_early_costs_half_at_least() -> None:
    charge = end_early_charge(**PRICE, served_s=300, booked_s=1800, policy=POLICY)
    assert charge == Split(captured=HALF, walker_share=1001, platform_fee=HALF - 1001)


def test_end_early_costs_what_was_walked_beyond_half() -> None:
    assert end_early_charge(**PRICE, served_s=1350, booked_s=1800, policy=POLICY).captured == 1876 + 206


def test_short_walk_has_no_minimum() -> None:
    assert reduced_charge(**PRICE, served_s=360, booked_s=1800).captured == 500 + 55


prices = st.builds(
    lambda lines, fee, commission: {
        "lines_sum": lines,
        "service_fee": lines * fee // 100,
        "walker_earns": lines - lines * commission // 100,
    },
    st.integers(0, 10**7),
    st.integers(0, 100),
    st.integers(0, 100),
)


@given(price=prices, served_s=st.integers(-10, 8000), booked_s=st.integers(1, 7200))
def test_every_split_adds_up_within_the_total(price: dict[str, int], served_s: int, booked_s: int) -> None:
    whole = full_charge(**price)
    reduced = reduced_charge(**price, served_s=served_s, booked_s=booked_s)
    early = end_early_charge(**price, served_s=served_s, booked_s=booked_s, policy=POLICY)
    for split in (whole, reduced, early):
        assert split.walker_share + split.platform_fee == split.captured <= price["lines_sum"] + price["service_fee"]
        assert min(split.walker_share, split.platform_fee) >= 0
    assert reduced.captured <= early.captured


@given(price=prices, status=st.sampled_from(Status), before=st.integers(-48, 96))
def test_allowed_terms_share_out_the_whole_price(price: dict[str, int], status: Status, before: int) -> None:
    found = terms(status, at=START - before * HOURS, price=price)
    if found.allowed:
        assert found.fee + found.refund == price["lines_sum"] + price["service_fee"]
    assert 0 <= found.walker_compensation <= found.fee


@pytest.mark.parametrize("status", [Status.MATCHING, Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED])
def test_what_costs_nothing_is_called_off_for_nothing(status: Status) -> None:
    free = {"lines_sum": 0, "service_fee": 0, "walker_earns": 0}
    found = terms(status, at=START - timedelta(minutes=1), price=free)
    assert (found.allowed, found.fee, found.refund, found.policy) == (True, 0, 0, "free_service")
    assert terms(Status.IN_PROGRESS, at=START, price=free).refusal_code == "walk_in_progress"
