"""S21: a hold that would lapse before the walk: held anew first, then the old one is let go; by Stripe's own deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.contracts.booking import UseCard
from dogwalk.domain.policy import DAY, Hold, MarketPolicy
from tests.support.rescheduling import agree, ask

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

ASKS_ALWAYS = "pm_card_authenticationRequired"
TOTAL = 2775


@pytest.fixture
def policy() -> MarketPolicy:
    """Held on session though the walk is ten days away: further than any hold lasts."""
    return MarketPolicy(version="held-early", hold=Hold(on_session_within_s=20 * DAY))


async def test_s21_renewed_six_hours_before_it_lapses(world: World) -> None:
    booking_id, owner, walker = await _assigned(world, card="pm_card_visa")
    await _until_before_lapse(world, booking_id, hours=7)
    assert len(await world.payments(booking_id)) == 1
    await _until_before_lapse(world, booking_id, hours=6)
    await world.eventually(lambda: _statuses(world, booking_id, "canceled", "held"))
    assert await _calls_in_order(world) == ["hold", "hold", "let go"]
    assert (await world.row(booking_id)).payment_status == "held"
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    intents = await world.resources.payments.find_holds(customer_id=owner.customer_id, booking_id=str(booking_id))
    assert sorted(intent.amount_captured for intent in intents) == [0, TOTAL]


async def test_s21_a_walk_moved_six_days_is_held_anew(world: World) -> None:
    """Booked three days ahead, held for seven, walked on the ninth."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(days=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await agree(world, booking_id, await ask(world, booking_id, owner.id, by=timedelta(days=6)), walker)
    await _until_before_lapse(world, booking_id, hours=6)
    await world.eventually(lambda: _statuses(world, booking_id, "canceled", "held"))
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [0, TOTAL]


async def test_s21_the_bank_asks_and_the_old_hold_stands_until_the_owner_has_confirmed(world: World) -> None:
    booking_id, owner, _ = await _assigned(world, card=ASKS_ALWAYS)
    await _until_before_lapse(world, booking_id, hours=6)
    await world.eventually(lambda: _statuses(world, booking_id, "held", "action_required"))
    assert (await world.row(booking_id)).payment_status == "held"
    assert (await world.told(booking_id))[("payment_action_required", owner.id)] == 2, "at the request, and now"
    await world.confirm_on_the_phone(booking_id)
    assert await _statuses(world, booking_id, "canceled", "held")
    row = await world.row(booking_id)
    assert (row.payment_status, row.payment_action_kind) == ("held", None)
    assert (await world.balances(booking_id))["held"] == TOTAL


async def test_s21_a_hold_that_lapsed_is_asked_for_again_until_another_card_is_given(world: World) -> None:
    booking_id, owner, _ = await _assigned(world, card=ASKS_ALWAYS)
    for hours in (6, 3, 1, 0):
        await _until_before_lapse(world, booking_id, hours=hours)
    await world.eventually(lambda: _is_without_a_hold(world, booking_id))
    assert (await world.balances(booking_id))["held"] == 0
    good = await world.town.with_card(owner, "pm_card_visa")
    await world.command(booking_id, "use_card", UseCard(payment_method_id=good.payment_method_id))
    row = await world.row(booking_id)
    assert (row.status, row.payment_status) == ("assigned", "held")
    assert (await world.balances(booking_id))["held"] == TOTAL


async def _assigned(world: World, *, card: str) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(card=card), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(days=10))
    if card == ASKS_ALWAYS:
        await world.confirm_on_the_phone(booking_id)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, owner, walker


async def _until_before_lapse(world: World, booking_id: UUID, *, hours: int) -> None:
    """Of the first hold; what happens there is waited for by who asks."""
    first = (await world.payments(booking_id))[0]
    span = first.capture_before - timedelta(hours=hours) - world.now() + timedelta(seconds=2)
    await world.advance(booking_id, span)


async def _statuses(world: World, booking_id: UUID, *expected: str) -> bool:
    return [payment.status for payment in await world.payments(booking_id)] == list(expected)


async def _is_without_a_hold(world: World, booking_id: UUID) -> bool:
    rows = await world.payments(booking_id)
    return rows[0].status == "canceled" and rows[-1].status == "action_required" and len(rows) > 1


async def _calls_in_order(world: World) -> list[str]:
    """What Stripe was asked to do, one after another."""
    names = {"/v1/payment_intents": "hold", "/v1/payment_intents/{id}/cancel": "let go"}
    report = await world.control.requests()
    return [names[one["route"]] for one in report["requests"] if one["method"] == "POST" and one["route"] in names]
