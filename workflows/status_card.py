"""The card a support agent reads in the Temporal UI: who, when, state, money, what comes next. Ids only, no addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from dogwalk.contracts.booking import BookingRequest, BookingState


def status_card(request: BookingRequest, state: BookingState) -> str:
    """Temporal markdown, one fact a line; only lines that say something."""
    price = request.price
    lines = [
        f"**{state.status.value}**" + (f" · {state.outcome.value}" if state.outcome else ""),
        f"Walk {_time(request.starts_at)} – {_time(request.ends_at)}, market {request.market_id}, area {request.area}",
        f"Money: {state.payment_status.value}, {price.total / 100:.2f} {price.currency}",
        f"Owner {request.owner_id}",
        f"Walker {state.walker_id}, assignment {state.assignment_no}" if state.walker_id else "No walker yet",
    ]
    if state.payment_action:
        lines.append(f"Owner must {state.payment_action.kind} by {_time(state.payment_action.expires_at)}")
    if state.summary:
        lines.append(f"{state.summary.distance_m} m in {state.summary.duration_s} s, {state.summary.verdict}")
    if state.needs_attention:
        lines.append(f"**Needs attention: {state.needs_attention}**")
    return "\n\n".join(lines)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
