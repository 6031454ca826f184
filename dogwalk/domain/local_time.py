"""Wall time in a place's IANA zone. For the API and services: zoneinfo does not run inside the workflow sandbox."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dogwalk.errors import InvalidInput

# Names of this machine's and of nobody's place. Postgres, which judges walkers' weeks, does not know the first: one such
# walker, and no search near her would be answered.
NOWHERE = frozenset({"localtime", "posixrules", "Factory"})


def zone(name: str, *, pointer: str = "/time_zone") -> ZoneInfo:
    """Raises InvalidInput `unknown_time_zone`. Only names of the IANA database: never a path."""
    if name not in names():
        raise InvalidInput("This is no IANA time zone", code="unknown_time_zone", pointer=pointer)
    return ZoneInfo(name)


@cache
def names() -> frozenset[str]:
    """Read once a process: it is a walk over some six hundred files, ten milliseconds and more."""
    return frozenset(available_timezones()) - NOWHERE


def dates_touched(*, starts_at: datetime, ends_at: datetime, time_zone: str) -> tuple[date, ...]:
    """The local days of [starts_at, ends_at), in order; both aware, at least one day."""
    place = zone(time_zone)
    first = starts_at.astimezone(place).date()
    last = (ends_at - timedelta(microseconds=1)).astimezone(place).date()
    return tuple(first + timedelta(days=n) for n in range(max((last - first).days, 0) + 1))


def at_wall_time(day: date, at: time, *, time_zone: str) -> datetime:
    """When it is `at` there on that day, in UTC. Of an hour that comes twice it is the first; in one that the clock skips
    it is as long after the change as it would have been (02:30 is 03:30).
    """
    return datetime.combine(day, at, zone(time_zone)).astimezone(UTC)


def local_date(at: datetime, *, time_zone: str) -> date:
    return at.astimezone(zone(time_zone)).date()


def is_awake(time_zone: str, hours: tuple[int, int] | None, *, at: datetime) -> bool:
    """Whether it is day there: `hours` (from, to) of the wall clock, half-open; None is any hour."""
    return hours is None or hours[0] <= at.astimezone(zone(time_zone)).hour < hours[1]


def wakes_at(time_zone: str, hours: tuple[int, int], *, after: datetime) -> datetime:
    """The next beginning of the day there, past `after`, in UTC; through a clock change the wall's hour counts."""
    local = after.astimezone(zone(time_zone))
    today = local.replace(hour=hours[0], minute=0, second=0, microsecond=0)
    following = (
        today if today > local else datetime.combine(today.date() + timedelta(days=1), today.time(), today.tzinfo)
    )
    return following.astimezone(UTC)
