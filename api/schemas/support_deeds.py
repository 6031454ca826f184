"""What support does to a booking, a task or an approval, and what it is answered."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Schema
from api.schemas.moment import Moment
from api.schemas.money import Money
from api.schemas.support import ApprovalView, SupportBooking
from dogwalk.domain.refund import FundedBy
from dogwalk.domain.track.verdict import VerdictKind

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(description="Why; stands in the audit log. No address, no code", examples=["Owner called: the dog is ill"]),
]


class RefundMoney(Money):
    amount: int = Field(gt=0, le=10_000_000, examples=[500])


class FeeMoney(Money):
    amount: int = Field(ge=0, le=10_000_000, examples=[1388])


class Deed(Schema):
    reason: Reason


class CancelDeed(Deed):
    """Free of charge unless a `fee` says otherwise: that is kept, and the walker has her part of it."""

    fee: FeeMoney | None = None


class ReassignDeed(Deed):
    walker_id: UUID | None = Field(default=None, description="Asked first, alone")


class CompleteDeed(Deed):
    finished_at: Moment
    started_at: Moment | None = Field(default=None, description="Only where no start is known")


class RefundDeed(Deed):
    """`charge`: whoever had part in what was paid gives up as much of it, the walker only with `claw_back`. `platform`:
    goodwill, at our own cost.
    """

    amount: RefundMoney
    funded_by: FundedBy = FundedBy.CHARGE
    claw_back: bool = False


class VerdictDeed(Deed):
    verdict: VerdictKind
    served_s: int | None = Field(default=None, ge=0, le=24 * 3600, description="With `short`: how long she was walked")


class TaskAssignment(Deed):
    assignee_id: UUID | None = Field(default=None, description="Whoever calls, unless said otherwise")


class TaskResolution(Schema):
    resolution: Reason


class Decision(Deed):
    decision: Literal["approve", "reject"]


class AppealDecision(Deed):
    """`lift` takes the strike off her record, and the block as far as what is left asks for none; `keep` leaves both. The
    walker reads the reason.
    """

    decision: Literal["lift", "keep"]


class SupportAnswer(Schema):
    """The booking as it then stands; with an `approval` nothing was done yet: a second person decides."""

    booking: SupportBooking
    approval: ApprovalView | None = None


class DecidedApproval(Schema):
    """The booking as it stands after what was approved."""

    approval: ApprovalView
    booking: SupportBooking
