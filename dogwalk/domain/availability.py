"""A walker's week in wall time: half-open slots within a day, 00:00 at the end meaning midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
MINUTES_A_DAY = 24 * 60
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """`weekday` 0 is Monday."""

    weekday: int
    from_time: time
    to_time: time


def merged(slots: Iterable[Slot]) -> list[Slot]:
    """In order, touching ones made one, so that a walk across their border still fits into a slot.

    Raises InvalidInput `empty_slot` for one that ends before it starts, `overlapping_slots` for two that share time.
    """
    ordered = sorted(slots)
    for slot in ordered:
        if _minutes(slot.from_time) >= _end(slot):
            raise InvalidInput("A slot ends after it starts, on the same day", code="empty_slot", pointer="/weekly")
    return [made for _, day in groupby(ordered, key=lambda slot: slot.weekday) for made in _merged_day(day)]


def _merged_day(slots: Iterable[Slot]) -> Iterator[Slot]:
    current: Slot | None = None
    for slot in slots:
        if current is None or _minutes(slot.from_time) > _end(current):
            if current is not None:
                yield current
            current = slot
        elif _minutes(slot.from_time) < _end(current):
            raise InvalidInput("Two slots of a day overlap", code="overlapping_slots", pointer="/weekly")
        else:
            current = Slot(slot.weekday, current.from_time, slot.to_time)
    if current is not None:
        yield current


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _end(slot: Slot) -> int:
    return MINUTES_A_DAY if slot.to_time == MIDNIGHT else _minutes(slot.to_time)


def is_open(week: Iterable[Slot], *, starts_at: datetime, ends_at: datetime, time_zone: ZoneInfo) -> bool:
    """Whether a walk fits into the week, by the wall's clock where the walker is: within one slot, or over midnight from
    one that ends there into one that begins there. The query of candidates judges the same (tests compare them).
    """
    begin, end = starts_at.astimezone(time_zone), ends_at.astimezone(time_zone)
    slots = list(week)
    return any(
        slot.weekday == begin.weekday() and slot.from_time <= begin.time() and _reaches(slot, slots, begin, end)
        for slot in slots
    )


def _reaches(slot: Slot, slots: Sequence[Slot], begin: datetime, end: datetime) -> bool:
    if begin.date() == end.date():
        return slot.to_time == MIDNIGHT or end.time() <= slot.to_time
    if slot.to_time != MIDNIGHT or end.date() != begin.date() + timedelta(days=1):
        return False
    return end.time() == MIDNIGHT or any(_takes_over(next_, end) for next_ in slots)


def _takes_over(slot: Slot, end: datetime) -> bool:
    is_from_midnight = slot.weekday == end.weekday() and slot.from_time == MIDNIGHT
    return is_from_midnight and (slot.to_time == MIDNIGHT or end.time() <= slot.to_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Starts looked for: in [from_, to), of a walk this long, with the way to the next one after it."""

    from_: datetime
    to: datetime
    duration: timedelta
    travel_buffer: timedelta


def free_starts(
    wanted: Wanted, *, week: Sequence[Slot], busy: Sequence[tuple[datetime, datetime]], time_zone: ZoneInfo
) -> list[datetime]:
    """Every quarter of an hour at which a walk could start: open by the week, and nothing of `busy` (half-open, in order)
    touches the walk or the way after it.
    """
    return [
        start
        for start in _quarters(wanted)
        if is_open(week, starts_at=start, ends_at=start + wanted.duration, time_zone=time_zone)
        and not _is_busy(busy, start, start + wanted.duration + wanted.travel_buffer)
    ]


def _quarters(wanted: Wanted) -> Iterator[datetime]:
    behind = int(wanted.from_.timestamp() * 1e6) % int(QUARTER.total_seconds() * 1e6)
    start = wanted.from_ + (QUARTER - timedelta(microseconds=behind) if behind else timedelta(0))
    while start < wanted.to:
        yield start
        start += QUARTER


def _is_busy(busy: Sequence[tuple[datetime, datetime]], begin: datetime, end: datetime) -> bool:
    return any(busy_from < end and begin < busy_to for busy_from, busy_to in busy)
