from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from dogwalk.contracts.booking import BookingRequest, Price
from dogwalk.contracts.booking import policy as policies
from dogwalk.domain.policy import Cancellation, MarketPolicy

if TYPE_CHECKING:
    import pytest


def received(policy: MarketPolicy) -> BookingRequest:
    """As a worker reads it."""
    at = datetime(2026, 11, 27, 9, tzinfo=UTC)
    price = Price(currency="usd", lines_total=2500, service_fee=275, total=2775, walker_share=2000)
    request = BookingRequest(
        booking_id=uuid4(),
        owner_id=uuid4(),
        market_id="testville",
        area="North",
        starts_at=at,
        ends_at=at + timedelta(minutes=30),
        asap=False,
        price=price,
        payment_method_id="pm_1",
        policy=policy,
    )
    return BookingRequest.model_validate_json(request.model_dump_json())


def test_bookings_under_the_same_policy_hold_one() -> None:
    assert received(MarketPolicy()).policy is received(MarketPolicy()).policy


def test_another_policy_under_the_same_name_is_another() -> None:
    ours, theirs = MarketPolicy(), MarketPolicy(cancellation=Cancellation(late_percent=60))
    assert ours.version == theirs.version
    assert (received(ours).policy, received(theirs).policy) == (ours, theirs)


def test_no_more_are_kept_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "KEPT", 3)
    for number in range(10):
        assert received(MarketPolicy(version=f"v{number}")).policy.version == f"v{number}"
    assert len(policies._kept) <= 3
