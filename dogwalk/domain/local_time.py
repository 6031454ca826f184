"""Wall time in a place's IANA zone. For the API and services: zoneinfo does not run inside the workflow sandbox."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from dogwalk.errors import InvalidInput


def zone(name: str, *, pointer: str = "/time_zone") -> ZoneInfo:
    """Raises InvalidInput `unknown_time_zone`. Only names of the IANA database: never a path."""
    if name not in available_timezones():
        raise InvalidInput("This is no IANA time zone", code="unknown_time_zone", pointer=pointer)
    return ZoneInfo(name)


def dates_touched(*, starts_at: datetime, ends_at: datetime, time_zone: str) -> tuple[date, ...]:
    """The local days of [starts_at, ends_at), in order; both aware, at least one day."""
    place = zone(time_zone)
    first = starts_at.astimezone(place).date()
    last = (ends_at - timedelta(microseconds=1)).astimezone(place).date()
    return tuple(first + timedelta(days=n) for n in range(max((last - first).days, 0) + 1))
