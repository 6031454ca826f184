"""The booking's states and which command each of them takes (booking-life.md, States and outcome).

requested ─▶ matching ─▶ assigned ─▶ on_the_way ─▶ arrived ─▶ in_progress ─▶ completed ─▶ closed
unfulfilled · payment_failed · cancelled · no_show · no_access (each then closed)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from dogwalk.errors import Conflict, WrongState

if TYPE_CHECKING:
    from dogwalk.domain.policy import NoAccess, Walking


class Status(StrEnum):
    REQUESTED = "requested"
    MATCHING = "matching"
    ASSIGNED = "assigned"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"
    UNFULFILLED = "unfulfilled"
    PAYMENT_FAILED = "payment_failed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    NO_ACCESS = "no_access"
    CLOSED = "closed"


class Outcome(StrEnum):
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"
    CANCELLED_BY_OWNER = "cancelled_by_owner"
    CANCELLED_BY_WALKER = "cancelled_by_walker"  # she gave it back and nobody else was found
    CANCELLED_BY_SUPPORT = "cancelled_by_support"
    NO_SHOW = "no_show"
    NO_ACCESS = "no_access"
    UNFULFILLED = "unfulfilled"
    PAYMENT_FAILED = "payment_failed"


NOBODY_FOUND = frozenset({Outcome.UNFULFILLED, Outcome.CANCELLED_BY_WALKER})


class PaymentStatus(StrEnum):
    NONE = "none"
    ACTION_REQUIRED = "action_required"
    HELD = "held"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    RELEASED = "released"
    FAILED = "failed"
    UNKNOWN = "unknown"


COLLECTED = frozenset({PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED})


class WalkCommand(StrEnum):
    ON_THE_WAY = "on_the_way"
    ARRIVE = "arrive"
    START = "start"
    FINISH = "finish"
    NO_ACCESS = "no_access"


NO_SHOW_UNCLEAR = "no_show_unclear"  # why a person must look: not arrived, but not without a sign either

WAITING = frozenset({Status.REQUESTED, Status.MATCHING})
BEFORE_THE_WALK = frozenset({Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED})
MAY_WITHDRAW = frozenset({Status.ASSIGNED, Status.ON_THE_WAY})
AT_THE_DOOR = frozenset({Status.ARRIVED})
UNDER_WAY = BEFORE_THE_WALK | {Status.IN_PROGRESS}
AFTER_THE_WALK = frozenset({Status.COMPLETED, Status.ENDED_EARLY, Status.CLOSED})

# command → states that take it; the one it leads to repeats without effect
TAKES: dict[WalkCommand, tuple[Status, ...]] = {
    WalkCommand.ON_THE_WAY: (Status.ASSIGNED, Status.ON_THE_WAY),
    WalkCommand.ARRIVE: (Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED),
    WalkCommand.START: (Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED, Status.IN_PROGRESS),
    WalkCommand.FINISH: (Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED, Status.ENDED_EARLY, Status.CLOSED),
    WalkCommand.NO_ACCESS: (Status.ARRIVED, Status.NO_ACCESS),
}

LEADS_TO = {
    WalkCommand.ON_THE_WAY: Status.ON_THE_WAY,
    WalkCommand.ARRIVE: Status.ARRIVED,
    WalkCommand.START: Status.IN_PROGRESS,
    WalkCommand.NO_ACCESS: Status.NO_ACCESS,
}


def check_takes(command: WalkCommand, status: Status) -> None:
    """Raises WrongState with the states that would take the command."""
    if status not in TAKES[command]:
        expected = [state.value for state in TAKES[command]]
        raise WrongState(f"{command} is not for a booking that is {status}", status=status.value, expected=expected)


def check_not_too_early(command: WalkCommand, *, starts_at: datetime, at: datetime, policy: Walking) -> None:
    """Raises Conflict `too_early` with the time from which the command counts."""
    lead_s = {WalkCommand.ON_THE_WAY: policy.on_the_way_before_s, WalkCommand.START: policy.start_before_s}.get(command)
    if lead_s is None:
        return
    earliest = starts_at - timedelta(seconds=lead_s)
    if at < earliest:
        raise Conflict(f"{command} counts from {earliest:%H:%M}Z", code="too_early", not_before=earliest.isoformat())


def waited_from(*, arrived_at: datetime, starts_at: datetime) -> datetime:
    """Since when the walker waits at a closed door: nobody need open before the walk begins."""
    return max(arrived_at, starts_at)


def check_waited(*, since: datetime, at: datetime, policy: NoAccess) -> None:
    """Raises Conflict `wait_not_over` with the time from which nobody need wait any longer."""
    until = since + timedelta(seconds=policy.wait_s)
    if at < until:
        raise Conflict(f"Wait until {until:%H:%M}Z", code="wait_not_over", not_before=until.isoformat())


def effective_time(
    claimed: datetime | None, *, now: datetime, policy: Walking, not_before: datetime | None = None
) -> datetime:
    """A command's own `at` counts if it is at most 2 h old and 2 min ahead; else the time of its arrival here. Never
    earlier than what came before it (`not_before`), however the phone's clock stands.
    """
    oldest = now - timedelta(seconds=policy.command_age_max_s)
    latest = now + timedelta(seconds=policy.ahead_max_s)
    at = claimed if claimed is not None and oldest <= claimed <= latest else now
    return at if not_before is None else max(at, not_before)


def is_repeat(command: WalkCommand, status: Status) -> bool:
    """The phone said it twice: answer as the first time, change nothing."""
    return (command is WalkCommand.FINISH and status in AFTER_THE_WALK) or LEADS_TO.get(command) is status


REACHED_AT = {
    WalkCommand.ON_THE_WAY: "on_the_way_at",
    WalkCommand.ARRIVE: "arrived_at",
    WalkCommand.START: "started_at",
}


def implied_by(command: WalkCommand) -> list[str]:
    """The times of the steps before it: who arrives was on the way, who starts had arrived."""
    order = list(REACHED_AT)
    return [REACHED_AT[step] for step in order[: order.index(command)]]


class Steps(Protocol):
    """A booking's times, as its row or its workflow knows them."""

    @property
    def assigned_at(self) -> datetime | None: ...
    @property
    def on_the_way_at(self) -> datetime | None: ...
    @property
    def arrived_at(self) -> datetime | None: ...
    @property
    def started_at(self) -> datetime | None: ...


def last_step_at(steps: Steps) -> datetime | None:
    """Nothing the walker does next happened before it."""
    times = (steps.assigned_at, steps.on_the_way_at, steps.arrived_at, steps.started_at)
    return max((at for at in times if at is not None), default=None)
