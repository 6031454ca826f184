"""The card tells a support agent what she would ask, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from dogwalk.contracts.booking import BookingRequest, BookingState, PaymentAction, Price, WalkSummary
from dogwalk.domain.booking import Outcome, PaymentStatus, Status
from dogwalk.domain.policy import MarketPolicy
from workflows.status_card import REMEDIES, status_card

START = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
OWNER, WALKER = UUID(int=1), UUID(int=2)
RUNBOOK = (Path(__file__).resolve().parents[3] / "docs" / "runbook.md").read_text()
REQUEST = BookingRequest(
    booking_id=UUID(int=9),
    owner_id=OWNER,
    market_id="nyc",
    area="Upper West",
    starts_at=START,
    ends_at=START + timedelta(minutes=30),
    asap=False,
    price=Price(currency="usd", lines_total=2500, service_fee=275, total=2775, walker_share=2000),
    payment_method_id="pm_1",
    policy=MarketPolicy(),
)


def _card(trouble: str | None = None, **fields: object) -> list[str]:
    return status_card(REQUEST, BookingState.model_validate(fields), trouble=trouble).split("\n\n")


def test_who_when_state_money_and_the_next_deadline() -> None:
    lines = _card(
        status=Status.ASSIGNED,
        payment_status=PaymentStatus.HELD,
        walker_id=WALKER,
        assignment_no=1,
        assigned_at=START - timedelta(hours=2),
    )
    assert lines == [
        "**assigned**",
        "Next: the walker sets out and arrives by 2026-11-27 15:00Z",
        "Walk: 2026-11-27 15:00Z – 2026-11-27 15:30Z, market nyc, area Upper West",
        f"Owner: {OWNER}",
        f"Walker: {WALKER}, assignment 1",
        "Money: held; 27.75 usd, walker's share 20.00 usd",
        "So far: assigned 2026-11-27 13:00Z",
    ]


def test_money_without_decimals_is_told_without_them() -> None:
    price = Price(currency="jpy", lines_total=2500, service_fee=275, total=2775, walker_share=2000)
    card = status_card(REQUEST.model_copy(update={"price": price}), BookingState(payment_status=PaymentStatus.HELD))
    assert "Money: held; 2775 jpy, walker's share 2000 jpy" in card


def test_what_the_owner_must_do_and_by_when() -> None:
    action = PaymentAction(kind="new_card", expires_at=START - timedelta(hours=1))
    assert "Next: the owner must give another card by 2026-11-27 14:00Z" in _card(payment_action=action)


def test_what_is_wrong_stands_on_top_with_what_to_do() -> None:
    held_at = START + timedelta(hours=1)
    lines = _card("no_payout_account", status=Status.COMPLETED, outcome=Outcome.COMPLETED, on_hold_at=held_at)
    assert lines[1] == (
        "**Needs attention: no_payout_account** – the walker sets her account up again, then `retry-payment`"
    )
    assert lines[2].startswith("**On hold** since 2026-11-27 16:00Z")


def test_when_the_walker_is_paid_and_what_she_walked() -> None:
    summary = WalkSummary(
        distance_m=2140, moving_s=1500, duration_s=1800, positions=90, verdict="short", reasons=["short"], served_s=900
    )
    lines = _card(
        status=Status.COMPLETED,
        outcome=Outcome.COMPLETED,
        payment_status=PaymentStatus.PARTIALLY_REFUNDED,
        ended_at=START + timedelta(minutes=30),
        summary=summary,
    )
    assert "Next: money is settled; whatever the walker earned is sent 2026-11-29 15:30Z" in lines
    assert "Walked: 2140 m in 30 min, verdict short (short)" in lines


def test_whatever_the_state_it_is_told_in_words() -> None:
    for status in Status:
        card = "\n\n".join(_card(status=status))
        assert not set("{}[]") & set(card)
        assert "None" not in card


def test_the_runbook_says_more_of_each_remedy() -> None:
    assert [reason for reason in REMEDIES if f"`{reason}`" not in RUNBOOK] == []
