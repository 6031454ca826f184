"""A weekly plan: on which days and at which wall times it walks, and what follows from what was made of them.

Everything here is local: dates and wall times of the home. `domain/local_time.py` makes moments of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ACCOUNT_LOCKED = "account_locked"
MAY_PASS = frozenset({ACCOUNT_LOCKED, "debt_outstanding", "verification_required", "vaccination_required"})
"""What an owner, or support, puts right without a change of her plan: such a day is tried again as it is."""

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class PlanStatus(StrEnum):
    """`paused`: until somebody resumes it. A vacation with an end is no pause: the plan stays `active`."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class BreakKind(StrEnum):
    """`skip` one day, `vacation` until a day that is known, `pause` until further notice."""

    SKIP = "skip"
    VACATION = "vacation"
    PAUSE = "pause"


class OccurrenceState(StrEnum):
    """`due`: being made. `dropped`: no longer wanted, and called off free of charge. `kept`: no longer wanted, but
    calling it off would have cost something, or it was over: it stays what its booking says.
    """

    DUE = "due"
    BOOKED = "booked"
    BROKEN = "broken"
    DROPPED = "dropped"
    KEPT = "kept"


STANDING = frozenset({OccurrenceState.DUE, OccurrenceState.BOOKED, OccurrenceState.KEPT})


@dataclass(frozen=True, slots=True, order=True)
class WeeklyTime:
    """`weekday` 0 is Monday; `at` is the wall time at home."""

    weekday: int
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is walked from `effective_from` on, until `effective_until` included. The greater number wins where two hold,
    so that a change of one day is terms of that day alone.
    """

    number: int
    effective_from: date
    effective_until: date | None
    weekly: tuple[WeeklyTime, ...]
    service: str
    dog_ids: frozenset[UUID]

    def hold_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    def hold_until(self, last: date | None) -> bool:
        return self.effective_until is None or (last is not None and last <= self.effective_until)

    def walk_the_same(self, other: Terms) -> bool:
        """Whoever was booked by the one has what the other asks for."""
        return (self.service, self.dog_ids) == (other.service, other.dog_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Nothing is walked from `first_on` to `last_on`, both included; without a `last_on` until further notice."""

    first_on: date
    last_on: date | None

    def holds_on(self, day: date) -> bool:
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One walk that the plan asks for; (local date, wall time) names it within its plan."""

    local_date: date
    at: time
    terms: Terms

    @property
    def key(self) -> tuple[date, time]:
        return self.local_date, self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    starts_on: date
    ends_on: date | None
    is_ended: bool
    terms: tuple[Terms, ...]
    breaks: tuple[Break, ...]

    def slots(self, *, first: date, last: date) -> Iterator[Slot]:
        """From `first` to `last`, both included, in order."""
        day = max(first, self.starts_on)
        last = last if self.ends_on is None else min(last, self.ends_on)
        while day <= last and not self.is_ended:
            yield from self._of_day(day)
            day += DAY

    def terms_on(self, day: date) -> Terms | None:
        return max((one for one in self.terms if one.hold_on(day)), key=lambda one: one.number, default=None)

    def terms_for(self, first: date, last: date | None) -> Terms | None:
        """What a change from `first` to `last` changes: the newest that hold as long as it; None is for good. Those of one
        day alone are not what follows it.
        """
        hold = (one for one in self.terms if one.hold_on(first) and one.hold_until(last))
        return max(hold, key=lambda one: one.number, default=None)

    def _of_day(self, day: date) -> Iterator[Slot]:
        terms = self.terms_on(day)
        if terms is None or any(one.holds_on(day) for one in self.breaks):
            return
        for weekly in sorted(terms.weekly):
            if weekly.weekday == day.weekday():
                yield Slot(local_date=day, at=weekly.at, terms=terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A slot that was made before. `round` counts how often it was: one that was dropped may come again."""

    local_date: date
    at: time
    round: int
    terms_number: int
    state: OccurrenceState
    code: str | None = None

    @property
    def key(self) -> tuple[date, time]:
        return self.local_date, self.at

    @property
    def may_pass(self) -> bool:
        return self.state is OccurrenceState.BROKEN and self.code in MAY_PASS


@dataclass(frozen=True, slots=True)
class ToMake:
    slot: Slot
    round: int


def to_make(wanted: Iterable[Slot], made: Mapping[tuple[date, time], Made], terms: Mapping[int, Terms]) -> list[ToMake]:
    """What is wanted and does not stand. What could not be made is tried again under new terms, or when it may pass. A day
    with a walk that nobody wants any more waits until that is called off; where it is kept, nothing is put beside it.
    """
    asked = {slot.key: slot for slot in wanted}
    taken = {one.local_date for one in made.values() if one.key not in asked and one.state in STANDING}
    found = []
    for slot in asked.values():
        before = made.get(slot.key)
        is_begun = before is not None and before.state is OccurrenceState.DUE
        if slot.local_date in taken and not is_begun:
            continue
        if before is None:
            found.append(ToMake(slot, 1))
        elif before.state is OccurrenceState.DROPPED or _is_renewed(slot, before):
            found.append(ToMake(slot, before.round + 1))
        elif _is_under_way(before) and slot.terms.walk_the_same(terms[before.terms_number]):
            found.append(ToMake(slot, before.round))
    return found


def to_drop(wanted: Iterable[Slot], made: Iterable[Made], terms: Mapping[int, Terms]) -> list[Made]:
    """What stands and is not wanted any more, or not as it stands: it comes again once it is called off."""
    asked = {slot.key: slot for slot in wanted}
    return [one for one in made if _is_surplus(one, asked.get(one.key), terms)]


def booking_id_of(plan_id: UUID, local_date: date, at: time, made_round: int) -> UUID:
    """The same at every try, so that a second one finds the booking of the first."""
    return uuid5(plan_id, f"{local_date}T{at:%H:%M}:{made_round}")


def quote_id_of(booking_id: UUID, at: datetime) -> UUID:
    """A quote binds for a quarter of an hour: whoever tries again later makes a new one."""
    return uuid5(booking_id, f"quote:{at.isoformat()}")


def week_of(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def _is_under_way(before: Made) -> bool:
    return before.state is OccurrenceState.DUE or before.may_pass


def _is_renewed(slot: Slot, before: Made) -> bool:
    return before.state is OccurrenceState.BROKEN and slot.terms.number > before.terms_number


def _is_surplus(one: Made, slot: Slot | None, terms: Mapping[int, Terms]) -> bool:
    if slot is None:
        return one.state in {OccurrenceState.DUE, OccurrenceState.BOOKED, OccurrenceState.BROKEN}
    stands = one.state in {OccurrenceState.DUE, OccurrenceState.BOOKED}
    return stands and not slot.terms.walk_the_same(terms[one.terms_number])
