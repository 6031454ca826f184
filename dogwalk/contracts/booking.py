"""What goes into and comes out of the `Booking` workflow and its activities.

Ids, enums, times and money only: access codes, addresses and positions never enter a payload.
Money is minor units of `price.currency`; times are aware UTC.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from dogwalk.contracts.base import Payload
from dogwalk.domain.booking import Outcome, PaymentStatus, Status, WalkCommand
from dogwalk.domain.fence import FenceKind
from dogwalk.domain.ladder import Rung
from dogwalk.domain.policy import MarketPolicy, NoAccess

WORKFLOW = "Booking"


def workflow_id(booking_id: UUID | str) -> str:
    return f"booking-{booking_id}"


def booking_of(id_of_workflow: str) -> UUID:
    return UUID(id_of_workflow.removeprefix("booking-"))


class Price(Payload):
    """`lines_total` is the sum of the service's lines, `service_fee` the owner's fee on top; both make `total`."""

    currency: str
    lines_total: int
    service_fee: int
    total: int
    walker_share: int


class BookingRequest(Payload):
    """Starts the workflow. The policy is frozen in, so that a later edit cannot touch a running booking."""

    booking_id: UUID
    owner_id: UUID
    market_id: str
    area: str
    starts_at: datetime
    ends_at: datetime
    asap: bool
    price: Price
    payment_method_id: str
    preferred_walker_ids: list[UUID] = Field(default_factory=list)
    direct_walker_id: UUID | None = None
    policy: MarketPolicy


class PaymentAction(Payload):
    """What the owner must do: `authenticate` (3-D Secure) or `new_card`. The client secret is fetched, never carried."""

    kind: str
    expires_at: datetime


class WalkSummary(Payload):
    """Figures of the finished walk; metres and seconds. `arrived_at`, `started_at` and `finished_at` where positions say
    otherwise than the taps, or the taps nothing.
    """

    distance_m: int
    moving_s: int
    duration_s: int
    positions: int
    verdict: str
    reasons: list[str] = Field(default_factory=list)
    served_s: int
    evidence_complete: bool = True
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class BookingState(Payload):
    """The projection: answered by the query `state`, written to Postgres under `version`, a greater over a smaller.
    `late_minutes`: whole ones, of a walker who has arrived after the start.
    """

    version: int = 0
    status: Status = Status.REQUESTED
    outcome: Outcome | None = None
    payment_status: PaymentStatus = PaymentStatus.NONE
    payment_action: PaymentAction | None = None
    payment_method_id: str | None = None
    walker_id: UUID | None = None
    assignment_no: int = 0
    bonus: int = 0
    assigned_at: datetime | None = None
    on_the_way_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    end_early_requested_at: datetime | None = None
    original_starts_at: datetime | None = None
    summary: WalkSummary | None = None
    needs_attention: str | None = None
    late_minutes: int | None = None
    on_hold_at: datetime | None = None


class Deed(Payload):
    """What a person of support did, for the audit log: written in the transaction of the change it caused. `actor` is a
    person's id, or the door she came through when nothing proves who she is.
    """

    actor: str
    action: str
    reason: str
    data: dict[str, str | int] = Field(default_factory=dict)


class Change(Payload):
    """One step of a booking: who, when, and its number. Everything one change writes is keyed by `booking_id:version`."""

    booking_id: UUID
    version: int
    at: datetime
    actor: str = "system"
    deed: Deed | None = None


# --- payment -----------------------------------------------------------------------------------------------------


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
    """

    change: Change
    charge: Charge
    walker_id: UUID | None = None
    assignment_no: int = 0
    bonus: int = 0
    payout_due_at: datetime
    refund_reason: str | None = None
    refund_later: bool = False


class CollectResult(Payload):
    """`owed`: what could not be captured, and is the owner's debt now."""

    payment_status: PaymentStatus
    captured: int
    refunded: int = 0
    owed: int = 0


class CorrectRequest(Payload):
    """The service costs something else than was collected: only the difference moves. `number` counts what the books say
    a charge is, from 2 on. `credit_paid` of a late credit went back already: what of it `after` leaves no room for counts
    as refund. `is_final`: what is due to the owner is paid out.
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


class SettleRequest(Payload):
    """`evidence_by`: positions that came until then count for the verdict; None when there was no walk."""

    change: Change
    assignment_no: int = 0
    evidence_by: datetime | None = None


class SettleResult(Payload):
    """`verdict_changed`: nothing was paid, late positions must be judged first. `summary`: they only made the figures
    better.
    """

    transferred: int
    balanced: bool
    verdict_changed: bool = False
    summary: WalkSummary | None = None


# --- matching ----------------------------------------------------------------------------------------------------


class OpenWaveRequest(Payload):
    """`only` asks these walkers and nobody else (preferred, direct); empty asks the best `size` not asked before.
    `waking_hours` (from, to) of the walker's own day: nobody is asked at night. `board`: everybody who fits may accept,
    those who let an offer lapse too, and nobody is rung. `stand_by`: somebody has the walk, and is late.
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
    `walker_conflict`, `offer_taken` or `offer_withdrawn`.
    """

    walker_id: UUID | None = None
    refusal: str | None = None
    bonus: int = 0


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


# --- the walk ----------------------------------------------------------------------------------------------------


class AdvanceRequest(Payload):
    """`is_proof`: an arrival that was tapped earlier than the one we know, and sent later. It changes no state."""

    change: Change
    command: WalkCommand
    assignment_no: int
    occurred_at: datetime
    is_proof: bool = False


class AdvanceResult(Payload):
    """Of a tap that positions contradict: when it counts."""

    occurred_at: datetime


class FinishRequest(Payload):
    """Without a `started_at` positions must prove a start after `arrived_at`, or it is refused with `wrong_state`.
    `is_dated_back`: nobody tapped *finish*; by `finished_at` at the latest it was over, at the last evidence of it.
    """

    change: Change
    assignment_no: int
    started_at: datetime | None = None
    finished_at: datetime
    booked_s: int
    ended_early: bool
    arrived_at: datetime | None = None
    is_dated_back: bool = False


class NoAccessRequest(Payload):
    """Nobody opened. Postgres knows whether the walker was there and tried to reach the owner; `fee` is kept, `refund`
    let go.
    """

    change: Change
    assignment_no: int
    arrived_at: datetime
    waited_from: datetime
    occurred_at: datetime
    fee: int
    refund: int
    policy: NoAccess


class NoAccessResult(Payload):
    """`refusal`: `not_at_home` or `owner_not_contacted`; None when the booking has ended. `attempts` to reach the owner."""

    refusal: str | None = None
    attempts: int = 0


class EndRequest(Payload):
    """The service will not take place: withdraws offers, frees the walker, closes the walk, tells everybody."""

    change: Change
    outcome: Outcome
    reason: str = ""
    refund: int = 0
    fee: int = 0
    compensation: int = 0


class NoteRequest(Payload):
    """A fact of the booking that changes no state but the projection's: event and messages by `kind`. `private`: for
    support alone. `data` is the event's. `task`: somebody of support must look, once for each assignment.
    """

    change: Change
    kind: str
    payment_action: PaymentAction | None = None
    needs_attention: str | None = None
    on_hold: bool | None = None
    private: bool = False
    data: dict[str, str] = Field(default_factory=dict)
    task: str | None = None
    summary: WalkSummary | None = None


class SignsRequest(Payload):
    """Of a walker who has not arrived: what she has left behind between the two times."""

    booking_id: UUID
    assignment_no: int
    walker_id: UUID
    since: datetime
    until: datetime


class SignsResult(Payload):
    """Kinds of signs, none for one who vanished."""

    found: list[str] = Field(default_factory=list)


class DelayRequest(Payload):
    """The walk begins later; the new times come from the workflow. `cause`: storm, heat, outage, other."""

    change: Change
    starts_at: datetime
    ends_at: datetime
    cause: str


class DelayResult(Payload):
    """Not moved: its walker has another walk then."""

    is_moved: bool


class OpenRescheduleRequest(Payload):
    """Another time is asked for: the other side is told."""

    change: Change
    reschedule_id: UUID
    expires_at: datetime


class RescheduleRequest(Payload):
    """The other side agreed: calendar, times and price move together. `original_starts_at` is what a cancellation is judged
    by as well.
    """

    change: Change
    reschedule_id: UUID
    original_starts_at: datetime | None = None


class RescheduleResult(Payload):
    """`refusal`: `walker_conflict`, and nothing has moved."""

    refusal: str | None = None


class DeclineRescheduleRequest(Payload):
    change: Change
    reschedule_id: UUID


# --- commands (updates) ------------------------------------------------------------------------------------------


class AcceptOffer(Payload):
    walker_id: UUID


class DeclineOffer(Payload):
    walker_id: UUID
    reason: str = ""


class Withdraw(Payload):
    walker_id: UUID
    reason: str = ""


class CommandOfWalker(Payload):
    """`at` is the phone's time of the tap."""

    walker_id: UUID
    at: datetime | None = None


class CancelBooking(Payload):
    """`expected_fee` is what the preview said; other terms by now are refused with `terms_changed`."""

    actor_id: UUID | None = None
    by: str = "owner"
    reason: str = ""
    expected_fee: int


class AskReschedule(Payload):
    """`by` owner or walker, who is `person_id`; the price at the new time was shown before."""

    reschedule_id: UUID
    by: str
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    price: Price


class AnswerReschedule(Payload):
    reschedule_id: UUID
    by: str
    person_id: UUID


class UseCard(Payload):
    payment_method_id: str


class CommandByOwner(Payload):
    owner_id: UUID


class RungReached(Payload):
    """A signal of the fleet's sweep. `event_id` is `{booking}:{assignment no}:{rung}`, `due_at` since when it is due: the
    workflow judges by its own state and clock, and may pass it over.
    """

    event_id: str
    rung: Rung
    assignment_no: int
    due_at: datetime


class FenceCrossed(Payload):
    """A signal of the ingest's. `event_id` is `{booking}:{assignment no}:{fence}:{n}`; it may come more than once."""

    event_id: str
    assignment_no: int
    fence_id: UUID
    kind: FenceKind
    is_entering: bool
    at: datetime


class SilenceRequest(Payload):
    """What the silence ladder has reached; `due_at` since when. `silent_for_s`: how long nobody must have heard of the
    phone. `owner_knows`: she was told, and is told that it is over.
    """

    change: Change
    assignment_no: int
    rung: Rung
    due_at: datetime
    started_at: datetime | None = None
    silent_for_s: int = 0
    owner_knows: bool = False


class SilenceResult(Payload):
    """False when the phone was heard again before anybody was told."""

    told: bool


class Acknowledged(Payload):
    """A command's answer: the booking as it stands."""

    state: BookingState


class Deliver(Payload):
    """Send what one change left in the outbox."""

    batch: str
