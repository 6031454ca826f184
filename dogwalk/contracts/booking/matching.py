"""What the activities of matching take and give."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from dogwalk.contracts.base import Payload
from dogwalk.contracts.booking.life import Change


class OpenWaveRequest(Payload):
    """`only` asks these walkers and nobody else (preferred, direct); empty asks the best `size` not asked before.
    `waking_hours` (from, to) of the walker's own day: nobody is asked at night. `board`: nobody is asked, everybody who
    fits may accept, those who let an offer lapse too. `stand_by`: somebody has the walk, and is late. `asap`: who is on
    call fits as well, though the walk was booked for later.
    """

    change: Change
    round: int
    wave: int
    size: int
    only: list[UUID] = Field(default_factory=list)
    radius_percent: int = 100
    expires_at: datetime
    bonus: int = 0
    waking_hours: tuple[int, int] | None = None
    board: bool = False
    stand_by: bool = False
    asap: bool = False


class OpenWaveResult(Payload):
    """`retry_at`: everybody who could be asked sleeps until then."""

    walker_ids: list[UUID]
    retry_at: datetime | None = None


class DeclineRequest(Payload):
    change: Change
    round: int
    walker_id: UUID
    reason: str = ""


class ClaimRequest(Payload):
    """Compare-and-set in Postgres: the workflow follows the answer. `replaces`: who has the walk and loses it to a
    stand-by, unless she has arrived.
    """

    change: Change
    round: int
    assignment_no: int
    walker_id: UUID
    replaces: UUID | None = None


class ClaimResult(Payload):
    """`walker_id` is who has the walk now, asked for or not; `refusal` is None when it is she who asked, else
    `walker_conflict`, `offer_taken`, `offer_expired` or `offer_withdrawn`. The times are those of a walk as soon as
    possible, which begins when she who accepts it can be there.
    """

    walker_id: UUID | None = None
    refusal: str | None = None
    bonus: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class WithdrawRequest(Payload):
    """The walker gives the booking back. `late`: under 24 h before the start, on her public record. `by` support: it is
    taken from her, and she is told.
    """

    change: Change
    assignment_no: int
    walker_id: UUID
    reason: str = ""
    late: bool = False
    by: str = "walker"
