"""What the activities of its money take and give. Minor units of `price.currency`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from dogwalk.contracts.base import Payload
from dogwalk.contracts.booking.life import Change, WalkSummary
from dogwalk.domain.booking import PaymentStatus


class AuthorizeRequest(Payload):
    """`number` counts holds: a new card or a renewed try is a new number, and so a new idempotency key. `replaces` is the
    hold that is let go once this one is held.
    """

    change: Change
    number: int
    payment_method_id: str
    off_session: bool = False
    action_expires_at: datetime
    replaces: int | None = None
    amount: int | None = None


class HoldResult(Payload):
    """`status`: held, action_required, declined, captured or canceled, as Stripe sees it now."""

    status: str
    capture_before: datetime | None = None


class RefreshHoldRequest(Payload):
    """`remind_until`: an owner who must still confirm is told so again, and until when. `replaces` as above."""

    change: Change
    number: int
    remind_until: datetime | None = None
    replaces: int | None = None


class Charge(Payload):
    """What a service's end costs: `captured` is taken, `refunded` given back of it, the rest split between the walker and
    the platform. captured = refunded + walker_share + platform_fee. `late_credit` is given back as well, at the platform's
    cost.
    """

    captured: int
    refunded: int = 0
    walker_share: int = 0
    platform_fee: int = 0
    late_credit: int = 0


class CollectRequest(Payload):
    """Captures, releases or both, by `charge`; books the walker's share as due at `payout_due_at`, and the `bonus` that
    the platform pays on top. `refund_later`: what is given back is booked as due, and paid when the evidence is complete.
    `trouble`: what an earlier try called for help with.
    """

    change: Change
    charge: Charge
    walker_id: UUID | None = None
    assignment_no: int = 0
    bonus: int = 0
    payout_due_at: datetime
    refund_reason: str | None = None
    refund_later: bool = False
    trouble: str | None = None


class CollectResult(Payload):
    """`owed`: what could not be captured, and is the owner's debt now."""

    payment_status: PaymentStatus
    captured: int
    refunded: int = 0
    owed: int = 0


class CorrectRequest(Payload):
    """The service costs something else than was collected: only the difference moves. `number` counts what the books say
    a charge is, from 2 on. `credit_paid` of a late credit went back already: what of it `after` leaves no room for counts
    as refund, and what `after` has beyond it goes back with one. `is_final`: what is due to the owner is paid out.
    `trouble` as above.
    """

    change: Change
    number: int
    before: Charge
    after: Charge
    credit_paid: int = 0
    bonus_before: int = 0
    bonus_after: int = 0
    walker_id: UUID | None = None
    assignment_no: int = 0
    payout_due_at: datetime
    is_final: bool
    trouble: str | None = None


class SettleRequest(Payload):
    """`evidence_by`: positions that came until then count for the verdict; None when there was no walk. `report_by`: until
    then nothing is paid without the walker's report.
    """

    change: Change
    assignment_no: int = 0
    evidence_by: datetime | None = None
    report_by: datetime | None = None


class SettleResult(Payload):
    """`verdict_changed`: nothing was paid, late positions must be judged first. `summary`: they only made the figures
    better. `report_missing`: nothing was paid, the walker's report is waited for.
    """

    transferred: int
    balanced: bool
    verdict_changed: bool = False
    summary: WalkSummary | None = None
    report_missing: bool = False
