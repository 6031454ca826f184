"""What a walker tells about her walk, and when: photos and the report card."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from dogwalk.domain.afterwards import check_open
from dogwalk.domain.booking import Status
from dogwalk.errors import Conflict, InvalidInput, WrongState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dogwalk.domain.policy import MarketPolicy

CLOCK_DOUBT = timedelta(days=1)  # a phone's clock may be off, and its zone wrong


class Happening(StrEnum):
    PEE = "pee"
    POO = "poo"
    FOOD = "food"
    WATER = "water"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvent:
    """`id` and `at` are the phone's; where it was is for the two people of the walk alone."""

    id: UUID
    kind: Happening
    at: datetime
    dog_id: UUID | None = None
    lat: float | None = field(default=None, repr=False)
    lon: float | None = field(default=None, repr=False)


class ToldOf(Protocol):
    """A booking, as its row knows it."""

    @property
    def status(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def on_the_way_at(self) -> datetime | None: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


def check_takes_photos(booking: ToldOf, *, at: datetime, policy: MarketPolicy) -> None:
    """From on the way, or 15 min before the start: a photo at the door is a sign of a walker whose taps are lost. Until
    24 h after the end. Conflict `too_early` with `not_before`, `window_closed`.
    """
    if booking.ended_at is not None:
        check_open(booking.ended_at, within_s=policy.afterwards.report_within_s, at=at)
        return
    opens_at = booking.starts_at - timedelta(seconds=policy.lateness.signs_from_before_start_s)
    if booking.on_the_way_at is None and at < opens_at:
        raise Conflict("Not yet", code="too_early", not_before=opens_at.isoformat())


def check_takes_report(booking: ToldOf, *, at: datetime, policy: MarketPolicy) -> datetime:
    """Since when the walk is under way. From its start until 24 h after the end, or as long as the walker's pay may wait
    for it: WrongState, Conflict `window_closed`.
    """
    if booking.started_at is None:
        expected = [Status.IN_PROGRESS.value]
        raise WrongState("There is no walk to tell of yet", status=booking.status, expected=expected)
    if booking.ended_at is not None:
        check_open(booking.ended_at, within_s=_report_within_s(policy), at=at)
    return booking.started_at


def _report_within_s(policy: MarketPolicy) -> int:
    within_s, gates = policy.afterwards.report_within_s, policy.gates
    if not gates.report_required:
        return within_s
    return max(within_s, policy.settlement.transfer_after_s + gates.report_waited_s)


def check_events(
    events: Sequence[ReportEvent], *, dog_ids: Collection[UUID], started_at: datetime, at: datetime
) -> None:
    """InvalidInput for the first that is not of this walk: `event_twice`, `unknown_dog`, `event_outside_walk`."""
    seen: set[UUID] = set()
    for n, event in enumerate(events):
        if event.id in seen:
            raise InvalidInput("Each event has an id of its own", code="event_twice", pointer=f"/events/{n}/id")
        if event.dog_id is not None and event.dog_id not in dog_ids:
            raise InvalidInput("That dog was not walked", code="unknown_dog", pointer=f"/events/{n}/dog_id")
        if not started_at - CLOCK_DOUBT <= event.at <= at + CLOCK_DOUBT:
            raise InvalidInput("That was another day", code="event_outside_walk", pointer=f"/events/{n}/at")
        seen.add(event.id)
