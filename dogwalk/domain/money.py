"""Money in minor units of one currency, and the one way we round: half up, once per line (booking-life.md, Price)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dogwalk.errors import DogwalkError, InvalidInput

# As Stripe counts them, which is neither ISO's list nor the CLDR's (docs.stripe.com/currencies): all others have two.
# So have isk and ugx there, though nobody pays hundredths of them.
WITHOUT_DECIMALS = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
IN_THOUSANDTHS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})


class CurrencyMismatch(DogwalkError):
    code = "currency_mismatch"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`amount` in minor units (cents), `currency` as ISO 4217 in lower case, the way Stripe writes it."""

    amount: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def percent(self, percent: int) -> Money:
        """`percent` of this, half up to the minor unit; negative amounts round away from zero alike."""
        return Money(percent_of(self.amount, percent), self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
        return other.amount


def major_units(amount: int, currency: str) -> Decimal:
    """As people write it, with all its decimals: 27.75 of 2775 usd, 1200 of 1200 jpy."""
    return Decimal(amount).scaleb(0 if has_no_decimals(currency) else -2)


def with_currency(amount: int, currency: str) -> str:
    """For support: `27.75 usd`."""
    return f"{major_units(amount, currency)} {currency}"


def has_no_decimals(currency: str) -> bool:
    return currency.lower() in WITHOUT_DECIMALS


def check_currency(currency: str) -> None:
    """Whether a market can have it. InvalidInput `currency_not_served`: of thousandths Stripe takes tens alone, and a
    percent of ours would round to less.
    """
    if not re.fullmatch("[a-z]{3}", currency) or currency in IN_THOUSANDTHS:
        raise InvalidInput(f"No market can be in {currency!r}", code="currency_not_served", pointer="/currency")


def percent_of(amount: int, percent: int) -> int:
    """Half up to the minor unit."""
    return round_half_up(Decimal(amount) * percent / 100)


def pro_rata(amount: int, *, part_s: int, whole_s: int) -> int:
    """`amount` × part / whole, the part clamped to 0…whole; half up to the minor unit."""
    if whole_s <= 0:
        raise ValueError("whole_s must be positive")
    return round_half_up(Decimal(amount) * min(max(part_s, 0), whole_s) / whole_s)


def round_half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
