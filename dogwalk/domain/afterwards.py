"""What people may still do once a service has ended: tip, review, claim (booking-life.md: Settle)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dogwalk.domain.booking import Outcome
from dogwalk.domain.least_charge import least_charge
from dogwalk.domain.money import percent_of
from dogwalk.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from dogwalk.domain.policy import AfterTheWalk

WALKED = frozenset({Outcome.COMPLETED, Outcome.ENDED_EARLY})


def closes_at(ended_at: datetime, within_s: int) -> datetime:
    """From this moment on it is too late."""
    return ended_at + timedelta(seconds=within_s)


def check_open(ended_at: datetime | None, *, within_s: int, at: datetime) -> datetime:
    """Until when it is open. Conflict `not_ended` before the end of the service, `window_closed` with `closed_at` after
    its time.
    """
    if ended_at is None:
        raise Conflict("The walk has not ended yet", code="not_ended")
    closed_at = closes_at(ended_at, within_s)
    if at >= closed_at:
        raise Conflict("It is too late for that", code="window_closed", closed_at=closed_at.isoformat())
    return closed_at


def check_walked(outcome: str | None, *, total: int) -> None:
    """Conflict `not_walked` for a service that never took place, and for a meeting, which costs nothing."""
    if outcome not in WALKED or not total:
        raise Conflict("There was no walk", code="not_walked", outcome=outcome)


def most_tip(*, total: int, policy: AfterTheWalk) -> int:
    """In minor units, for all tips of one booking together."""
    return max(percent_of(total, policy.tip_max_percent), policy.tip_max)


def check_tip(amount: int, *, given: int, total: int, currency: str, policy: AfterTheWalk) -> None:
    """InvalidInput `tip_too_small` with what Stripe takes at the `least`, `tip_too_much` with what is left."""
    least = least_charge(currency)
    if amount < least:
        raise InvalidInput("No card is charged that little", code="tip_too_small", pointer="/amount", least=least)
    left = most_tip(total=total, policy=policy) - given
    if amount > left:
        raise InvalidInput(
            "A tip is at most half of the price or 50.00", code="tip_too_much", pointer="/amount", most=left
        )
