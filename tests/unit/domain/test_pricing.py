from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dogwalk.domain.local_time import dates_touched
from dogwalk.domain.policy import DAY, HOUR, Pricing, Rate
from dogwalk.domain.pricing import Line, PriceBreakdown, is_free, price
from dogwalk.errors import InvalidInput

ORDINARY = date(2026, 3, 4)
CHRISTMAS = date(2026, 12, 25)
CARD = Pricing(holidays=frozenset({CHRISTMAS}))


def priced(
    *,
    pricing: Pricing = CARD,
    service: str = "walk_30",
    born_on: Sequence[date | None] = (None,),
    dates: Sequence[date] = (ORDINARY,),
    lead_s: float = DAY,
    own_rate: int | None = None,
) -> PriceBreakdown:
    return price(
        pricing=pricing,
        currency="usd",
        service=service,
        born_on=born_on,
        dates=dates,
        lead_s=lead_s,
        own_rate=own_rate,
    )


def amounts(breakdown: PriceBreakdown) -> list[tuple[str, int]]:
    return [(line.kind, line.amount) for line in breakdown.lines]


def test_plain_walk_is_the_card_plus_the_owners_fee() -> None:
    found = priced()
    assert found.lines == (Line("base", 2500), Line("service_fee", 275))
    assert (found.total, found.walker_earns, found.platform_fee) == (2775, 2000, 775)
    assert (found.lines_sum, found.service_fee) == (2500, 275)


def test_every_percent_is_of_the_base_and_never_compounded() -> None:
    puppy = ORDINARY - timedelta(days=100)
    found = priced(born_on=(None, puppy, puppy), dates=(ORDINARY, CHRISTMAS), lead_s=HOUR)
    assert amounts(found) == [
        ("base", 2500),
        ("extra_dog", 750),
        ("extra_dog", 750),
        ("holiday", 1250),
        ("short_notice", 250),
        ("puppy", 250),
        ("service_fee", 633),  # 11 % of 5750 is 632.5
    ]


def test_short_notice_counts_to_two_hours_and_no_further() -> None:
    assert ("short_notice", 250) in amounts(priced(lead_s=2 * HOUR))
    assert ("short_notice", 250) not in amounts(priced(lead_s=2 * HOUR + 1))


@pytest.mark.parametrize(
    ("born_on", "walked_on", "is_puppy"),
    [
        (date(2027, 3, 1), date(2028, 2, 29), True),  # 365 days old, and a year tomorrow
        (date(2027, 3, 1), date(2028, 3, 1), False),
        (date(2028, 2, 29), date(2029, 2, 27), True),
        (date(2028, 2, 29), date(2029, 3, 1), False),
        (date(2028, 1, 10), date(2029, 1, 9), True),
        (date(2028, 1, 10), date(2029, 1, 10), False),
    ],
)
def test_a_leap_day_makes_no_dog_older(born_on: date, walked_on: date, *, is_puppy: bool) -> None:
    kinds = {kind for kind, _ in amounts(priced(born_on=(born_on,), dates=(walked_on,)))}
    assert ("puppy" in kinds) is is_puppy


def test_dog_is_a_puppy_until_its_first_birthday() -> None:
    birthday = ORDINARY - timedelta(days=365)
    assert len(priced(born_on=(birthday,)).lines) == 2
    assert ("puppy", 250) in amounts(priced(born_on=(birthday + timedelta(days=1),)))


def test_owners_fee_stops_at_fifty() -> None:
    found = priced(pricing=Pricing(rates={"walk_60": Rate(duration_s=3600, base=100_000)}), service="walk_60")
    assert (found.service_fee, found.total) == (5000, 105_000)


def test_own_rate_counts_only_above_the_card() -> None:
    assert priced(own_rate=3000).lines_sum == 3000
    assert priced(own_rate=1000).lines_sum == 2500


def test_a_service_that_is_not_on_the_card_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        priced(service="walk_90")
    assert (refused.value.code, refused.value.pointer) == ("unknown_service", "/service")


@given(
    base=st.integers(1, 10**7),
    dogs=st.lists(st.none() | st.dates(date(2020, 1, 1), ORDINARY), min_size=1, max_size=6),
    day=st.sampled_from([ORDINARY, CHRISTMAS]),
    lead_s=st.integers(-HOUR, 10 * DAY),
    fee=st.integers(0, 100),
    commission=st.integers(0, 100),
)
def test_the_parts_make_the_whole(
    base: int, dogs: list[date | None], day: date, lead_s: int, fee: int, commission: int
) -> None:
    pricing = Pricing(
        rates={"walk_30": Rate(duration_s=1800, base=base)},
        holidays=frozenset({CHRISTMAS}),
        owner_fee_percent=fee,
        commission_percent=commission,
    )
    found = priced(pricing=pricing, born_on=dogs, dates=(day,), lead_s=lead_s)
    assert sum(line.amount for line in found.lines) == found.total == found.lines_sum + found.service_fee
    assert found.walker_earns + found.platform_fee == found.total
    assert min(found.walker_earns, found.platform_fee, *(line.amount for line in found.lines)) >= 0


def test_walk_over_midnight_touches_two_local_days() -> None:
    start = datetime(2026, 12, 25, 4, 45, tzinfo=UTC)  # 23:45 on the 24th in New York
    touched = dates_touched(starts_at=start, ends_at=start + timedelta(minutes=30), time_zone="America/New_York")
    assert touched == (date(2026, 12, 24), CHRISTMAS)


def test_walk_that_ends_at_midnight_touches_one_day() -> None:
    start = datetime(2026, 12, 25, 4, 30, tzinfo=UTC)
    touched = dates_touched(starts_at=start, ends_at=start + timedelta(minutes=30), time_zone="America/New_York")
    assert touched == (date(2026, 12, 24),)


def test_a_path_is_no_time_zone() -> None:
    start = datetime(2026, 12, 25, tzinfo=UTC)
    with pytest.raises(InvalidInput):
        dates_touched(starts_at=start, ends_at=start, time_zone="../etc/passwd")


def test_a_service_without_a_base_costs_nothing_whatever_its_walker_asks() -> None:
    found = priced(service="meet_greet", born_on=(None, ORDINARY), dates=(CHRISTMAS,), lead_s=0, own_rate=3000)
    assert found == PriceBreakdown(lines=(), total=0, walker_earns=0, platform_fee=0, currency="usd")
    assert is_free(CARD, service="meet_greet")
    assert not is_free(CARD, service="walk_20")
