"""What support sends to a booking, and the grants that make its stronger commands believed.

From the Temporal UI or CLI anybody may send `hold`, `release`, `note` and `cancel_free`, as updates or as signals. What
moves money or people needs a `Grant` that we minted for one person, one booking and one command, so that the UI is no way
round roles, step-up and the second person. With a grant `actor_id` is proven; without one it is only said.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from dogwalk.contracts.base import Payload
from dogwalk.domain.area_action import DELAY_MAX_S
from dogwalk.domain.refund import FundedBy
from dogwalk.domain.track.verdict import VerdictKind

UNGRANTED = "temporal"  # who acted, as far as anybody knows, when no grant says so
OPEN_TO_ALL = frozenset({"hold", "release", "note", "cancel_free"})  # what the Temporal UI and CLI may send
# What Postgres can store; a command that says anything else is none of ours: Temporal's SDK drops such a signal.
Words = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
CHECK_GRANT = "dogwalk.check_grant"  # the worker's function that workflows ask


class Grant(Payload):
    """Good once, until `expires_at` (but for `Delay`). One signature a key that is known: a rotation invalidates nothing."""

    id: UUID
    expires_at: datetime
    signatures: list[str]


class SupportCommand(Payload):
    """`hold`, `release`, `note`, `cancel_free`, `retry_payment`. `reason` is for support's eyes: no address, no code."""

    reason: Words
    actor_id: UUID | None = None
    grant: Grant | None = None


class SupportCancel(SupportCommand):
    """`fee` is kept of the owner's money; the walker's part of it, if there is one, is as large as her part of the
    price.
    """

    fee: int = 0


class Reassign(SupportCommand):
    """The walk is taken from its walker. `walker_id` is asked first, alone, before anybody else is."""

    walker_id: UUID | None = None


class Complete(SupportCommand):
    """The walk took place, though nobody said so in time. `started_at` only where no start is known."""

    finished_at: datetime
    started_at: datetime | None = None


class RefundByHand(SupportCommand):
    """`refund_id` names it for ever, so that it is paid once however often it is sent."""

    refund_id: UUID
    amount: int
    funded_by: FundedBy = FundedBy.CHARGE
    claw_back: bool = False


class DecideVerdict(SupportCommand):
    """What a person made of the evidence. `served_s` with `short`, and with it alone."""

    verdict: VerdictKind
    served_s: int | None = None


class AreaNotice(SupportCommand):
    """A warning for the area of a walk: its people are told, once an action."""

    action_id: UUID
    cause: Words


class Delay(SupportCommand):
    """The walk begins later; a signal, as all of an area action, and yet none without a grant moves anybody. No worker may
    be up to hear it, so that its grant is judged by its signature alone and not by `expires_at`; good once by `action_id`.
    """

    action_id: UUID
    cause: Words
    by_s: int = Field(gt=0, le=DELAY_MAX_S)  # one out of bounds is no signal of ours: Temporal's SDK drops it


def signed_text(action: str, booking_id: UUID, command: SupportCommand) -> bytes:
    """All that a grant vouches for: who, what, on which booking, with which amounts, until when."""
    said = command.model_dump(mode="json")
    grant = said.pop("grant")
    vouched = {"action": action, "booking_id": str(booking_id), "id": grant["id"], "expires_at": grant["expires_at"]}
    return json.dumps(vouched | {"command": said}, sort_keys=True).encode()
