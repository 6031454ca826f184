"""How messages write times, money and distances: for a person to read, in that person's own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency

from dogwalk.domain.money import has_no_decimals, major_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOCALE = "en"
UNSET_ZONE = "UTC"  # what an account has before a phone or its owner said where it is
METRES_A_KILOMETRE = 1000


@dataclass(frozen=True, slots=True)
class Wording:
    """One person's way of writing, in English for now."""

    zone: ZoneInfo

    def moment(self, given: datetime | str) -> str:
        """`Tue 24 Nov, 10:30 CET`"""
        local = _time(given).astimezone(self.zone)
        return f"{format_datetime(local, 'EEE d MMM, HH:mm', tzinfo=self.zone, locale=LOCALE)} {local.tzname()}"

    def hour(self, given: datetime | str) -> str:
        """`10:30`"""
        return format_time(_time(given), "HH:mm", tzinfo=self.zone, locale=LOCALE)

    @staticmethod
    def day(given: str) -> str:
        """`Mon 23 Nov`, from a local date"""
        return format_date(date.fromisoformat(given), "EEE d MMM", locale=LOCALE)

    def money(self, given: Mapping[str, Any]) -> str:
        """From `{"amount", "currency"}` in minor units."""
        return in_currency(given["amount"], given["currency"])

    @staticmethod
    def distance(metres: float) -> str:
        if metres < METRES_A_KILOMETRE:
            return f"{round(metres)} m"
        return f"{metres / METRES_A_KILOMETRE:.1f} km"

    @staticmethod
    def minutes(seconds: float) -> str:
        count = round(seconds / 60)
        return "1 minute" if count == 1 else f"{count} minutes"


def in_currency(amount: int, currency: str, pattern: str | None = None) -> str:
    """`$27.75`, `¥1,200`. As many decimals as Stripe's amounts have, not as the CLDR would write."""
    return format_currency(
        major_units(amount, currency),
        currency.upper(),
        pattern,
        locale=LOCALE,
        currency_digits=has_no_decimals(currency),
    )


def joined(names: Sequence[str]) -> str:
    """`Rex`, `Rex and Luna`, `Rex, Luna and Bo`"""
    if len(names) < 2:  # noqa: PLR2004 a list of one needs no "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def zone_of(*candidates: str | None) -> ZoneInfo:
    """The first that says something and is known."""
    for name in candidates:
        if name and name != UNSET_ZONE:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return ZoneInfo(UNSET_ZONE)


def _time(given: datetime | str) -> datetime:
    return datetime.fromisoformat(given) if isinstance(given, str) else given
