"""What a walk costs: the quote's lines, the owner's fee on top, the walker's share (booking-life.md, Price).

Every percent is of the base, never compounded; half up to the minor unit, once per line.
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.domain.money import percent_of
from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dogwalk.domain.policy import Pricing

BASE = "base"
SERVICE_FEE = "service_fee"
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Line:
    """`kind`: base, extra_dog, holiday, short_notice, puppy or service_fee. `funded_by` who pays it. Minor units."""

    kind: str
    amount: int
    funded_by: str = OWNER


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBreakdown:
    """`lines` add up to `total`, the service fee's line among them; `walker_earns` + `platform_fee` = `total`."""

    lines: tuple[Line, ...]
    total: int
    walker_earns: int
    platform_fee: int
    currency: str

    @property
    def service_fee(self) -> int:
        return sum(line.amount for line in self.lines if line.kind == SERVICE_FEE)

    @property
    def lines_sum(self) -> int:
        """The service's lines without the owner's fee."""
        return self.total - self.service_fee


def price(
    *,
    pricing: Pricing,
    currency: str,
    service: str,
    born_on: Sequence[date | None],
    dates: Sequence[date],
    lead_s: float,
    own_rate: int | None = None,
) -> PriceBreakdown:
    """`born_on` has one entry a dog, None for an adult whose birthday nobody knows. `dates` are the days the walk
    touches in the home's zone, in order. `lead_s` is from now to the start. `own_rate` is a walker's rate on a direct
    request: the base when it is above the card. A free service has no line, whatever the walker asks for a walk.

    Raises InvalidInput `unknown_service`.
    """
    if is_free(pricing, service=service):
        return PriceBreakdown(lines=(), total=0, walker_earns=0, platform_fee=0, currency=currency)
    base = max(rate_of(pricing, service=service), own_rate or 0)
    lines = tuple(_lines(pricing, base=base, born_on=born_on, dates=dates, lead_s=lead_s))
    lines_sum = sum(line.amount for line in lines)
    fee = min(percent_of(lines_sum, pricing.owner_fee_percent), pricing.owner_fee_max)
    walker_earns = lines_sum - percent_of(lines_sum, pricing.commission_percent)
    total = lines_sum + fee
    return PriceBreakdown(
        lines=(*lines, Line(SERVICE_FEE, fee)),
        total=total,
        walker_earns=walker_earns,
        platform_fee=total - walker_earns,
        currency=currency,
    )


def rate_of(pricing: Pricing, *, service: str) -> int:
    """The card's base in minor units. Raises InvalidInput `unknown_service`."""
    return _rate(pricing, service)[0]


def is_free(pricing: Pricing, *, service: str) -> bool:
    """Raises InvalidInput `unknown_service`."""
    return rate_of(pricing, service=service) == 0


def duration_of(pricing: Pricing, *, service: str) -> timedelta:
    """Raises InvalidInput `unknown_service`."""
    return timedelta(seconds=_rate(pricing, service)[1])


def base_of(lines: Iterable[Mapping[str, Any]]) -> int:
    """What the base of these lines, as they are stored, comes to; 0 where there is none, in a meeting."""
    return next((int(line["amount"]) for line in lines if line["kind"] == BASE), 0)


def _rate(pricing: Pricing, service: str) -> tuple[int, int]:
    rate = pricing.rates.get(service)
    if rate is None:
        raise InvalidInput("This service is not on the rate card here", code="unknown_service", pointer="/service")
    return rate.base, rate.duration_s


def _lines(
    pricing: Pricing, *, base: int, born_on: Sequence[date | None], dates: Sequence[date], lead_s: float
) -> Iterator[Line]:
    yield Line(BASE, base)
    for _ in born_on[1:]:
        yield Line("extra_dog", percent_of(base, pricing.extra_dog_percent))
    if any(day in pricing.holidays for day in dates):
        yield Line("holiday", percent_of(base, pricing.holiday_percent))
    if lead_s <= pricing.short_notice_s:
        yield Line("short_notice", percent_of(base, pricing.short_notice_percent))
    if any(_is_puppy(born, on=dates[0], pricing=pricing) for born in born_on):
        yield Line("puppy", percent_of(base, pricing.puppy_percent))


def _is_puppy(born_on: date | None, *, on: date, pricing: Pricing) -> bool:
    return born_on is not None and _age_days(born_on, on) < pricing.puppy_age_days


def _age_days(born_on: date, on: date) -> int:
    """A year has 365: a leap day makes nobody older, so that the first birthday is the day that it is."""
    leap_years = (year for year in range(born_on.year, on.year + 1) if isleap(year))
    return (on - born_on).days - sum(born_on < date(year, 2, 29) <= on for year in leap_years)
