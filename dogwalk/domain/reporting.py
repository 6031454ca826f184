"""What a walker tells about her walk, and when: photos and the report card."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from dogwalk.domain.afterwards import check_open
from dogwalk.errors import Conflict

if TYPE_CHECKING:
    from dogwalk.domain.policy import MarketPolicy


class ToldOf(Protocol):
    """A booking's times, as its row knows them."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def on_the_way_at(self) -> datetime | None: ...
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
