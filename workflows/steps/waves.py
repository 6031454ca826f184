"""Whom to ask, in what order, how long they have, and until when anybody is asked at all (booking-life.md, Offers)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from temporalio import workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.steps.record import Record

with workflow.unsafe.imports_passed_through():
    from dogwalk.domain.money import percent_of


@dataclass(frozen=True, slots=True)
class Wave:
    """`only` these walkers, or the best `size` that were not asked before; they have `seconds` to answer, judged when they
    are asked, None as long as anybody is asked at all. On the `board` nobody is asked: whoever fits may take it.
    """

    seconds: Callable[[], int] | None
    size: int = 0
    only: list[UUID] = field(default_factory=list)
    radius_percent: int = 100
    bonus: int = 0
    board: bool = False


class Waves:
    """Of one round. A round that begins with a walker's withdrawal runs by the rules of as soon as possible when the start
    is near.
    """

    def __init__(self, record: Record, *, is_rematch: bool, wished: UUID | None = None) -> None:
        self._record = record
        self._wished = wished
        self._offers = record.policy.offers
        self._began_at = workflow.now()
        near = timedelta(seconds=self._offers.rematch_asap_within_s)
        self._is_rematch_near = is_rematch and record.until(record.request.starts_at) < near
        self._was_for_now = record.request.asap  # a storm may give it a time while a walker is looked for
        self.is_asap = self._was_for_now or self._is_rematch_near

    @property
    def deadline(self) -> datetime:
        offers, starts_at = self._offers, self._record.request.starts_at
        if self._is_rematch_near:
            return starts_at + timedelta(seconds=offers.rematch_after_start_s)
        if self._was_for_now:
            return self._began_at + timedelta(seconds=offers.matching_asap_s)
        latest = self._began_at + timedelta(seconds=offers.matching_s)
        return min(latest, starts_at - timedelta(seconds=offers.matching_ends_before_start_s))

    @property
    def _is_ahead(self) -> bool:
        """Judged wave by wave: a night waited for brings the start nearer."""
        ahead = timedelta(seconds=self._offers.ahead_from_s)
        return self._record.until(self._record.request.starts_at) > ahead

    @property
    def waking_hours(self) -> tuple[int, int] | None:
        """A walk tomorrow is no reason to wake anybody."""
        return (self._offers.day_from_hour, self._offers.day_to_hour) if self._is_ahead else None

    def in_order(self, declines: Callable[[], int]) -> Iterator[Wave]:
        """Preferred ones alone, then the best few at a time, then many with a bonus, then whoever wants it. Whom support
        wished for comes before them all. Who is asked for a meeting has all the time there is: nobody waits behind her.
        """
        request, offers = self._record.request, self._offers
        if self._wished is not None:
            yield Wave(seconds=self._alone_s, only=[self._wished])
        elif request.direct_walker_id is not None:
            yield Wave(seconds=None if self._record.is_free else self._alone_s, only=[request.direct_walker_id])
            return
        if request.preferred_walker_ids:
            yield Wave(seconds=self._alone_s, only=request.preferred_walker_ids)
        for _ in range(offers.waves):
            if declines() >= offers.rescue_after_declines:
                break
            yield Wave(seconds=self._wave_s, size=offers.wave_size)
        bonus = percent_of(request.price.walker_share, self._record.policy.pricing.rescue_bonus_percent)
        wide = 100 + offers.rescue_radius_percent
        yield Wave(seconds=lambda: offers.rescue_wave_s, size=offers.rescue_wave_size, radius_percent=wide, bonus=bonus)
        yield Wave(seconds=None, radius_percent=wide, bonus=bonus, board=True)

    def _alone_s(self) -> int:
        return self._offers.preferred_ahead_s if self._is_ahead else self._offers.preferred_s

    def _wave_s(self) -> int:
        offers = self._offers
        return offers.wave_asap_s if self.is_asap else offers.wave_ahead_s if self._is_ahead else offers.wave_s
