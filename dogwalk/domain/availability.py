"""A walker's week in wall time: half-open slots within a day, 00:00 at the end meaning midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import TYPE_CHECKING

from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MIDNIGHT = time(0)
MINUTES_A_DAY = 24 * 60


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
