"""When owner and walker of a booking may write to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dogwalk.domain.afterwards import check_open
from dogwalk.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.domain.policy import AfterTheWalk

MESSAGE_RECEIVED = "message_received"  # the event and the push: ids alone, never what was written


class Spoken(Protocol):
    """A booking, as its row knows it."""

    @property
    def walker_id(self) -> UUID | None: ...
    @property
    def ended_at(self) -> datetime | None: ...


def check_takes_messages(booking: Spoken, *, at: datetime, policy: AfterTheWalk) -> UUID:
    """The walker to talk to: from the assignment until 48 h after the end of the service. Conflict `not_assigned`,
    `window_closed`.
    """
    if booking.walker_id is None:
        raise Conflict("There is no walker to write to", code="not_assigned")
    if booking.ended_at is not None:
        check_open(booking.ended_at, within_s=policy.messages_within_s, at=at)
    return booking.walker_id
