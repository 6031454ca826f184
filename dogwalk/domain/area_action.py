"""What a deed for a whole area (a storm) does to a booking in it."""

from __future__ import annotations

from enum import StrEnum

from dogwalk.domain.booking import BEFORE_THE_WALK, WAITING, Status


class AreaActionKind(StrEnum):
    CANCEL_FREE = "cancel_free"
    DELAY = "delay"
    NOTIFY = "notify"


class Cause(StrEnum):
    STORM = "storm"
    HEAT = "heat"
    OUTAGE = "outage"
    OTHER = "other"


class Effect(StrEnum):
    CANCEL = "cancel"
    DELAY = "delay"
    TELL = "tell"


DELAY_MAX_S = 6 * 3600
MAY_BE_DELAYED = (WAITING | BEFORE_THE_WALK) - {Status.ARRIVED}


def effect_on(status: Status, action: AreaActionKind) -> Effect:
    """With the dog out, or the walker at the door, nobody is called back: its people are told."""
    if action is AreaActionKind.CANCEL_FREE and status in WAITING | BEFORE_THE_WALK:
        return Effect.CANCEL
    if action is AreaActionKind.DELAY and status in MAY_BE_DELAYED:
        return Effect.DELAY
    return Effect.TELL


def result_of(effect: Effect, *, sent: bool, status: Status, outcome: str | None) -> str:
    """planned, sent (on its way), done, or skipped: the booking had moved on before it heard."""
    if not sent:
        return "planned"
    if effect is not Effect.CANCEL or outcome == "cancelled_by_support":
        return "done"
    return "sent" if outcome is None and status in WAITING | BEFORE_THE_WALK else "skipped"
