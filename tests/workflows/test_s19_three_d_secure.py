"""S19: 3-D Secure. At the request: confirmed in time, or not. Off session at −96 h: confirmed, or never."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dogwalk.contracts.booking import UseCard, Withdraw
from dogwalk.contracts.support import SupportCommand
from tests.support.rescheduling import agree, ask

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

ASKS_ALWAYS = "pm_card_authenticationRequired"
TOTAL, LATE_FEE, LATE_SHARE = 2775, 1388, 1000


async def test_s19_at_the_request_confirmed_in_time(world: World) -> None:
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=30))
    await world.confirm_on_the_phone(booking_id)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [TOTAL]
    assert (await world.told(booking_id))[("payment_action_required", owner.id)] == 1


async def test_s19_at_the_request_not_confirmed(world: World) -> None:
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=30))
    await _asked(world, booking_id)
    await world.advance(booking_id, timedelta(minutes=31))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("payment_failed", "failed")
    assert await world.balances(booking_id) == {}
    told = await world.told(booking_id)
    assert (told[("payment_failed", owner.id)], told[("offer_made", walker)]) == (1, 0)


async def test_s19_off_session_confirmed(world: World) -> None:
    """Asked at −96 h, reminded at −72 h, confirmed then: the walk takes place."""
    booking_id, owner, walker = await _assigned_without_a_hold(world, card=ASKS_ALWAYS)
    assert await world.payments(booking_id) == []
    await _until_before_start(world, booking_id, hours=96)
    await _asked(world, booking_id)
    await _until_before_start(world, booking_id, hours=72)
    await world.eventually(lambda: _reminders(world, booking_id, owner, 2))
    await world.confirm_on_the_phone(booking_id)
    assert (await world.row(booking_id)).payment_status == "held"
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [TOTAL]


async def test_s19_off_session_never_confirmed_is_a_late_cancel_with_debt(world: World) -> None:
    """Tried until −3 h; then half is owed, the walker has hers from the platform, and nothing can be booked."""
    booking_id, owner, walker = await _assigned_without_a_hold(world, card=ASKS_ALWAYS)
    await world.control.add_balance(LATE_SHARE)
    for place, hours in enumerate((96, 72, 48, 24, 12)):
        await _until_before_start(world, booking_id, hours=hours)
        await world.eventually(lambda wanted=place + 1: _reminders(world, booking_id, owner, wanted))
    assert (await world.row(booking_id)).status == "assigned"
    await _until_before_start(world, booking_id, hours=3)
    await world.status(booking_id, "payment_failed", "closed")
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("payment_failed", "failed")
    balances = await world.balances(booking_id)
    assert (balances["platform_cost"], balances["platform_revenue"]) == (LATE_FEE, LATE_SHARE - LATE_FEE)
    assert (balances["receivable"], balances["stripe_balance"]) == (0, -LATE_SHARE)
    told = await world.told(booking_id)
    assert (told[("payment_failed", owner.id)], told[("booking_cancelled", walker)]) == (1, 1)
    assert told[("payout_sent", walker)] == 1
    debts = [payment for payment in await world.payments(booking_id) if payment.kind == "debt"]
    assert [(debt.amount, debt.amount_captured) for debt in debts] == [(LATE_FEE, 0)]


async def test_off_session_moved_after_the_last_try_it_is_tried_again_for_the_new_start(world: World) -> None:
    """Support held the booking meanwhile, so that it was not over."""
    booking_id, owner, walker = await _assigned_without_a_hold(world, card=ASKS_ALWAYS)
    await _until_before_start(world, booking_id, hours=12)
    await world.command(booking_id, "hold", SupportCommand(reason="the bank is called"))
    await _until_before_start(world, booking_id, hours=3)
    await world.eventually(lambda: _reminders(world, booking_id, owner, 6))
    await agree(world, booking_id, await ask(world, booking_id, owner.id, by=timedelta(days=1)), walker)
    await world.command(booking_id, "release", SupportCommand(reason="called"))
    await _until_before_start(world, booking_id, hours=24)
    await world.eventually(lambda: _reminders(world, booking_id, owner, 7))
    await world.confirm_on_the_phone(booking_id)
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [TOTAL]


async def test_off_session_nobody_is_looked_for_once_all_tries_were_in_vain(world: World) -> None:
    """Support held the booking over the last of them; its walker set out all the same, and then gave it back."""
    booking_id, owner, walker = await _assigned_without_a_hold(world, card=ASKS_ALWAYS)
    other = await world.town.walker()
    await _until_before_start(world, booking_id, hours=12)
    await world.command(booking_id, "hold", SupportCommand(reason="the bank is called"))
    await _until_before_start(world, booking_id, hours=3)
    await world.eventually(lambda: _reminders(world, booking_id, owner, 6))
    await _until_before_start(world, booking_id, hours=1)
    await world.step(booking_id, "on_the_way", walker)
    await world.command(booking_id, "release", SupportCommand(reason="called"))
    await world.command(booking_id, "withdraw", Withdraw(walker_id=walker))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("payment_failed", "failed")
    assert [one for one in await world.payments(booking_id) if one.kind == "debt"] == [], "nobody came, nothing is owed"
    told = await world.told(booking_id)
    assert (told[("payment_failed", owner.id)], told[("offer_made", other)]) == (1, 0)


async def test_off_session_a_card_that_needs_nobody_is_held_once_at_96_hours(world: World) -> None:
    booking_id, _, walker = await _assigned_without_a_hold(world, card="pm_card_visa")
    await _until_before_start(world, booking_id, hours=97)
    assert await world.payments(booking_id) == []
    await _until_before_start(world, booking_id, hours=96)
    await world.eventually(lambda: _held(world, booking_id))
    await world.walk(booking_id, walker)
    assert (await world.closed(booking_id)).payment_status == "captured"
    assert len(await world.payments(booking_id)) == 1


async def test_off_session_a_declined_card_is_tried_again_under_new_keys_until_another_is_given(world: World) -> None:
    booking_id, owner, _ = await _assigned_without_a_hold(world, card="pm_card_chargeCustomerFail")
    for place, hours in enumerate((96, 72)):
        await _until_before_start(world, booking_id, hours=hours)
        await world.eventually(lambda wanted=place + 1: _tries(world, booking_id, declined=wanted))
    good = await world.town.with_card(owner, "pm_card_visa")
    state = await world.command(booking_id, "use_card", UseCard(payment_method_id=good.payment_method_id))
    assert (state.status.value, state.payment_status.value) == ("assigned", "held")
    payments = await world.payments(booking_id)
    assert [payment.status for payment in payments] == ["declined", "declined", "held"]
    assert len({payment.idempotency_key for payment in payments}) == len(payments)


async def test_off_session_another_card_may_be_given_long_before(world: World) -> None:
    booking_id, owner, _ = await _assigned_without_a_hold(world, card="pm_card_chargeCustomerFail")
    good = await world.town.with_card(owner, "pm_card_visa")
    await world.command(booking_id, "use_card", UseCard(payment_method_id=good.payment_method_id))
    assert await world.payments(booking_id) == []
    await _until_before_start(world, booking_id, hours=96)
    await world.eventually(lambda: _held(world, booking_id))
    [payment] = await world.payments(booking_id)
    assert payment.payment_method_id == good.payment_method_id


async def test_off_session_a_card_that_is_gone_at_stripe_is_a_declined_one(world: World) -> None:
    booking_id, owner, _ = await _assigned_without_a_hold(world, card="pm_card_visa")
    await world.resources.payments.detach_card(payment_method_id=owner.payment_method_id)
    await _until_before_start(world, booking_id, hours=96)
    await world.eventually(lambda: _tries(world, booking_id, declined=1))
    row = await world.row(booking_id)
    assert (row.payment_status, row.payment_action_kind) == ("failed", "new_card")
    good = await world.town.with_card(owner, "pm_card_visa")
    await world.command(booking_id, "use_card", UseCard(payment_method_id=good.payment_method_id))
    assert (await world.row(booking_id)).payment_status == "held"
    assert (await world.told(booking_id))[("card_declined", owner.id)] == 1


async def test_off_session_an_owner_who_cancels_late_and_has_no_hold_owes_the_half(world: World) -> None:
    booking_id, owner, walker = await _assigned_without_a_hold(world, card="pm_card_chargeCustomerFail")
    await world.control.add_balance(LATE_SHARE)
    await _until_before_start(world, booking_id, hours=23)
    await world.cancel(booking_id, owner, fee=LATE_FEE)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "failed")
    assert (await world.balances(booking_id))["platform_cost"] == LATE_FEE
    assert (await world.told(booking_id))[("payout_sent", walker)] == 1
    [debt] = [payment for payment in await world.payments(booking_id) if payment.kind == "debt"]
    assert debt.amount == LATE_FEE


async def test_a_walk_far_ahead_that_is_cancelled_in_time_leaves_no_money_behind(world: World) -> None:
    booking_id, owner, _ = await _assigned_without_a_hold(world, card="pm_card_visa")
    await world.advance(booking_id, timedelta(hours=1))
    await world.cancel(booking_id, owner, fee=0)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "none")
    assert await world.balances(booking_id) == {}


async def _assigned_without_a_hold(world: World, *, card: str) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(card=card), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(days=6))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, owner, walker


async def _until_before_start(world: World, booking_id: UUID, *, hours: int) -> None:
    starts_at = (await world.row(booking_id)).starts_at
    await world.advance(booking_id, starts_at - timedelta(hours=hours) - world.now() + timedelta(seconds=1))


async def _asked(world: World, booking_id: UUID) -> None:
    async def is_asked() -> bool:
        return (await world.row(booking_id)).payment_action_kind == "authenticate"

    await world.eventually(is_asked)


async def _reminders(world: World, booking_id: UUID, owner: Owner, wanted: int) -> bool:
    sent: list[Any] = [
        message
        for message in await world.outbox(booking_id)
        if message.kind == "payment_action_required" and message.channel == "mail" and message.person_id == owner.id
    ]
    assert len(sent) <= wanted
    return len(sent) == wanted


async def _tries(world: World, booking_id: UUID, *, declined: int) -> bool:
    return [payment.status for payment in await world.payments(booking_id)] == ["declined"] * declined


async def _held(world: World, booking_id: UUID) -> bool:
    return (await world.row(booking_id)).payment_status == "held"
