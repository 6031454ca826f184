"""S18: the card is declined at the request; a new card is a new hold under a new key; the booking goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import UseCard

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World


async def test_s18_a_new_card_after_a_decline(world: World) -> None:
    owner = await world.town.owner(card="pm_card_chargeCustomerFail")
    walker = await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.eventually(lambda: _action(world, booking_id))
    good = await world.town.with_card(owner, "pm_card_visa")
    state = await world.command(booking_id, "use_card", UseCard(payment_method_id=good.payment_method_id))
    assert state.payment_status == "held"
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    payments = await world.payments(booking_id)
    assert [(payment.number, payment.status) for payment in payments] == [(1, "declined"), (2, "held")]
    assert len({payment.idempotency_key for payment in payments}) == 2
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [0, 2775]
    assert (await world.balances(booking_id))["platform_revenue"] == -775
    told = await world.told(booking_id)
    assert (told[("card_declined", owner.id)], told[("receipt", owner.id)], told[("payout_sent", walker)]) == (1, 1, 1)


async def test_s18_without_a_new_card_it_ends_after_its_time(world: World) -> None:
    owner = await world.town.owner(card="pm_card_chargeCustomerFail")
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    row = await world.closed(booking_id)
    assert row.outcome == "payment_failed"
    assert (await world.told(booking_id))[("payment_failed", owner.id)] == 1
    assert await world.balances(booking_id) == {}


async def test_s18_a_new_card_that_asks_for_consent_is_asked_about_before_its_time_is_over(world: World) -> None:
    """She confirmed with her bank, and every word of it got lost."""
    owner = await world.town.owner(card="pm_card_chargeCustomerFail")
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.eventually(lambda: _action(world, booking_id))
    asks = await world.town.with_card(owner, "pm_card_authenticationRequired")
    await world.command(booking_id, "use_card", UseCard(payment_method_id=asks.payment_method_id))
    hold = (await world.payments(booking_id))[-1]
    secret = await world.resources.payments.get_client_secret(payment_intent_id=hold.payment_intent_id)
    await world.town.phone.confirm_payment(secret)
    await world.wait(booking_id, timedelta(minutes=31))
    row = await world.status(booking_id, "matching", "payment_failed", "closed")
    assert (row.status, row.payment_status) == ("matching", "held")


async def _action(world: World, booking_id: UUID) -> bool:
    return (await world.row(booking_id)).payment_action_kind == "new_card"
