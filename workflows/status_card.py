"""The card a support agent reads in the Temporal UI: who, when, state, money, what comes next, what to do. Ids only, no
addresses, no JSON.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dogwalk.domain.booking import Status
    from dogwalk.domain.money import with_currency

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.contracts.booking import BookingRequest, BookingState

# What a person does about it, in one line; docs/runbook.md has the whole of it.
REMEDIES = {
    "overdue": "call walker and owner; she finishes in the app, or `complete`",
    "no_show_unclear": "call the walker; she taps arrived, or `cancel`",
    "cancel_requested": "call the walker: somebody pressed Cancel while the dog was out",
    "payment_unknown": "nothing: Stripe has not answered, and is asked every minute",
    "capture_amount_differs": "compare ledger and PaymentIntent, correct at Stripe, then `retry-payment`",
    "released_after_capture": "compare ledger and PaymentIntent, correct at Stripe, then `retry-payment`",
    "ledger_unbalanced": "compare ledger, PaymentIntent and transfers, correct at Stripe, then `retry-payment`",
    "no_payout_account": "the walker sets her account up again, then `retry-payment`",
    "balance_insufficient": "top up our balance at Stripe, then `retry-payment`",
    "payout_held": "nothing until whoever stopped it lets it go, or the refund under way is decided",
    "incident": "its task says what happened; call both, then `release-incident` at the desk",
    "workflow_gone": "see the runbook, Terminate",
}
OF_STRIPE = "Stripe refused it for good: fix the cause, then `retry-payment`; tried every hour"


def status_card(request: BookingRequest, state: BookingState, *, trouble: str | None = None) -> str:
    """Temporal markdown, one fact a line; only lines that say something. `trouble`: what called for help last."""
    wrong = state.needs_attention or trouble
    lines = [
        _headline(state),
        f"**Incident** since {_time(state.incident_at)}: no pay before support has looked; its task says what happened"
        if state.incident_at
        else None,
        f"**Needs attention: {wrong}** – {REMEDIES.get(wrong, OF_STRIPE)}" if wrong else None,
        f"**On hold** since {_time(state.on_hold_at)}: nothing goes on by itself; `release`"
        if state.on_hold_at
        else None,
        f"Next: {_next(request, state)}",
        f"Walk: {_time(request.starts_at)} – {_time(request.ends_at)}, market {request.market_id}, area {request.area}",
        f"Owner: {request.owner_id}",
        f"Walker: {state.walker_id}, assignment {state.assignment_no}" if state.walker_id else "Walker: nobody yet",
        f"Money: {_money(request, state)}",
        _steps(state),
        _figures(request, state),
    ]
    return "\n\n".join(line for line in lines if line)


def _headline(state: BookingState) -> str:
    words = state.status.value.replace("_", " ")
    if state.outcome is None or state.outcome.value == state.status.value:
        return f"**{words}**"
    return f"**{words}** · {state.outcome.value.replace('_', ' ')}"


def _next(request: BookingRequest, state: BookingState) -> str:
    """The next deadline, and whose it is."""
    if state.payment_action is not None:
        asked = {"authenticate": "confirm the payment with her bank"}.get(
            state.payment_action.kind, "give another card"
        )
        return f"the owner must {asked} by {_time(state.payment_action.expires_at)}"
    if state.ended_at is not None:
        return _after(request, state, state.ended_at)
    waiting = {
        Status.REQUESTED: "the money is being held",
        Status.MATCHING: f"a walker is looked for; the walk begins {_time(request.starts_at)}",
        Status.ASSIGNED: f"the walker sets out and arrives by {_time(request.starts_at)}",
        Status.ON_THE_WAY: f"the walker arrives by {_time(request.starts_at)}",
        Status.ARRIVED: f"the walk starts, booked for {_time(request.starts_at)}",
        Status.IN_PROGRESS: f"the walker finishes by {_time(request.ends_at)}",
    }
    return waiting.get(state.status, "nothing")


def _after(request: BookingRequest, state: BookingState, ended_at: datetime) -> str:
    if state.closed_at is not None:
        return f"nothing, closed {_time(state.closed_at)}"
    due = ended_at + timedelta(seconds=request.policy.settlement.transfer_after_s)
    return f"money is settled; whatever the walker earned is sent {_time(due)}"


def _money(request: BookingRequest, state: BookingState) -> str:
    price = request.price
    total, share = with_currency(price.total, price.currency), with_currency(price.walker_share, price.currency)
    bonus = f", bonus {with_currency(state.bonus, price.currency)}" if state.bonus else ""
    return f"{state.payment_status.value.replace('_', ' ')}; {total}, walker's share {share}{bonus}"


def _steps(state: BookingState) -> str | None:
    reached = {
        "assigned": state.assigned_at,
        "on the way": state.on_the_way_at,
        "arrived": state.arrived_at,
        "started": state.started_at,
        "finished": state.finished_at,
    }
    said = [f"{name} {_time(at)}" for name, at in reached.items() if at is not None]
    return f"So far: {', '.join(said)}" if said else None


def _figures(request: BookingRequest, state: BookingState) -> str | None:
    summary = state.summary
    if summary is None or request.price.total == 0:
        return None
    minutes = round(summary.duration_s / 60)
    because = f" ({', '.join(summary.reasons)})" if summary.reasons else ""
    return f"Walked: {summary.distance_m} m in {minutes} min, verdict {summary.verdict.replace('_', ' ')}{because}"


def _time(moment: datetime) -> str:
    """Not by `strftime`, which imports a module each time."""
    return f"{moment.isoformat(sep=' ', timespec='minutes').removesuffix('+00:00')}Z"
