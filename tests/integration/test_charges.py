"""Debts and tips against Stripe, whose answers come late or never: nothing taken is forgotten, nothing is taken twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devstack.stripe.client import CardRefused
from dogwalk.contracts.booking import Change, Charge, CollectRequest
from dogwalk.contracts.debt import ChargeDebtRequest
from dogwalk.contracts.refund import RefundRequest
from dogwalk.contracts.tip import TipStep
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import StripeEvent
from dogwalk.db.repositories import booking as bookings
from dogwalk.errors import PaymentUnknown
from dogwalk.ports import HoldStatus
from dogwalk.services.payment.announcements import StripeAnnouncements
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.collection import Collections
from dogwalk.services.payment.debt import Debts
from dogwalk.services.payment.owing import write_off
from dogwalk.services.payment.support_refund import SupportRefunds
from dogwalk.services.payment.tip import Tips
from tests.support.people import MARKET
from tests.support.rows import make_booking
from tests.support.stripe_calls import EVERY_TRY
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from uuid import UUID

    from dogwalk.contracts.booking import CollectResult
    from dogwalk.db.models.payment import Payment
    from dogwalk.ports import PaymentHold
    from dogwalk.services.payment.tip import TipView
    from tests.support.database import Template
    from tests.support.people import Owner

CONFIRM = "/v1/payment_intents/{id}/confirm"
FAILS, ASKS_ALWAYS = "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"
TOTAL, SHARE, MOST_TIP = 2775, 2000, 5000


@pytest.fixture
async def world(stack_environment: dict[str, str], template: Template) -> AsyncIterator[World]:
    async with open_world(stack_environment, template, workers=False) as opened:
        yield opened


class AnswersLate(Charges):
    """`happens` once, between what Stripe does and our hearing of it."""

    happens: Callable[[], Awaitable[None]] | None = None

    async def attempt(self, payment: Payment, **how: Any) -> PaymentHold:
        answer = await super().attempt(payment, **how)
        if self.happens is not None:
            await self.happens()
        return answer


async def test_a_decline_that_comes_late_leaves_a_debt_paid(world: World) -> None:
    owner, booking_id = await _in_debt(world, FAILS)
    card = (await world.town.with_card(owner, "pm_card_visa")).payment_method_id
    charges = AnswersLate(gateway=world.resources.payments)
    charges.happens = lambda: _pay(world, booking_id, card)
    dunned = await Debts(database=world.resources.database, charges=charges).charge(_try(world, booking_id))
    assert dunned.paid
    debt = await _debt(world, booking_id)
    assert (debt.status, debt.amount_captured, debt.payment_method_id) == ("captured", TOTAL, card)
    told = await world.told(booking_id)
    assert (told[("debt_paid", owner.id)], told[("payment_due", owner.id)]) == (1, 0)
    assert (await _at_the_close(world, booking_id))["receivable"] == 0


async def test_what_was_given_back_of_a_debt_stands_though_its_capture_is_heard_late(world: World) -> None:
    _, booking_id = await _in_debt(world, "pm_card_visa")
    charges = AnswersLate(gateway=world.resources.payments)
    charges.happens = lambda: _paid_and_given_back(world, booking_id)
    assert (await Debts(database=world.resources.database, charges=charges).charge(_try(world, booking_id))).paid
    row, debt = await world.row(booking_id), await _debt(world, booking_id)
    assert (row.payment_status, debt.amount_refunded) == ("refunded", TOTAL)


async def _paid_and_given_back(world: World, booking_id: UUID) -> None:
    await world.debts.look_again(await _debt(world, booking_id), at=world.now())
    change = Change(booking_id=booking_id, version=0, at=world.now(), actor="support")
    request = RefundRequest(change=change, refund_id=uuid7(), amount=TOTAL)
    refunds = SupportRefunds(database=world.resources.database, gateway=world.resources.payments)
    await refunds.refund(request, beside=True)


@pytest.mark.parametrize("before", [None, FAILS])
async def test_a_debt_taken_unheard_is_booked_when_stripe_says_so(world: World, before: str | None) -> None:
    owner, booking_id = await _in_debt(world, before or "pm_card_visa")
    card = owner.payment_method_id
    if before is not None:
        assert not (await world.debts.charge(_try(world, booking_id))).paid
        card = (await world.town.with_card(owner, "pm_card_visa")).payment_method_id
    await world.control.fault(route=CONFIRM, lost="close", times=EVERY_TRY)
    with pytest.raises(PaymentUnknown):
        await _pay(world, booking_id, card)
    assert (await _debt(world, booking_id)).status != "captured"
    for _ in range(2):
        await _announced(world, booking_id)
    debt = await _debt(world, booking_id)
    assert (debt.status, debt.amount_captured) == ("captured", TOTAL)
    assert (await world.row(booking_id)).payment_status == "captured"
    assert (await world.debts.charge(_try(world, booking_id, number=2))).paid
    assert [one.amount_captured for one in await _at_stripe(world, booking_id)] == [TOTAL]
    assert (await world.told(booking_id))[("debt_paid", owner.id)] == 1
    assert (await _at_the_close(world, booking_id))["stripe_balance"] == TOTAL


async def test_what_is_too_little_for_a_card_is_no_debt(world: World) -> None:
    owner = await world.town.owner()
    booking_id = await _booked(world, owner)
    assert (await _collect(world, booking_id, Charge(captured=49, walker_share=30, platform_fee=19))).owed == 0
    assert await world.payments(booking_id) == []
    balances = await _at_the_close(world, booking_id)
    assert (balances["platform_cost"], balances["owner"]) == (49, 0)
    other_id = await _booked(world, owner)
    assert (await _collect(world, other_id, Charge(captured=50, walker_share=30, platform_fee=20))).owed == 50
    assert (await world.debts.charge(_try(world, other_id))).paid


async def test_a_tip_refused_outright_leaves_room_for_another(world: World) -> None:
    owner = await world.town.owner()
    booking_id = await _walked(world, owner)
    tips, other = _tips(world), await world.town.with_card(owner, "pm_card_visa")
    await world.resources.payments.detach_card(payment_method_id=owner.payment_method_id)
    view = await _given(tips, world, booking_id, owner, 1)
    assert view.payment.status == "declined"
    async with world.resources.database.transaction() as session:
        await bookings.restate(session, booking_id, payment_method_id=other.payment_method_id)
    view = await _given(tips, world, booking_id, owner, 2)
    assert (view.payment.status, view.payment.amount_captured) == ("captured", MOST_TIP)


async def test_a_tip_whose_bank_said_no_can_be_taken_no_more(world: World) -> None:
    """Nobody would be there to pass it on."""
    owner = await world.town.owner(card=ASKS_ALWAYS)
    booking_id = await _walked(world, owner)
    tips = _tips(world)
    secret = str((await _given(tips, world, booking_id, owner, 1)).client_secret)
    await world.town.phone.confirm_payment(secret, outcome="fail")
    assert (await tips.look(_step(world, booking_id, 1))).status == "declined"
    with pytest.raises(CardRefused):
        await world.town.phone.confirm_payment(secret, "pm_card_visa")
    assert [one.amount_captured for one in await _at_stripe(world, booking_id)] == [0]


async def _in_debt(world: World, card: str) -> tuple[Owner, UUID]:
    """There was nothing to capture."""
    owner = await world.town.owner(card=card)
    booking_id = await _booked(world, owner)
    charge = Charge(captured=TOTAL, walker_share=SHARE, platform_fee=TOTAL - SHARE)
    assert (await _collect(world, booking_id, charge)).owed == TOTAL
    return owner, booking_id


async def _booked(world: World, owner: Owner, **fields: Any) -> UUID:
    return await make_booking(
        world.resources,
        owner_id=owner.id,
        market_id=MARKET,
        customer_id=owner.customer_id,
        payment_method_id=owner.payment_method_id,
        **fields,
    )


async def _walked(world: World, owner: Owner) -> UUID:
    walker_id = await world.town.walker()
    return await _booked(
        world, owner, walker_id=walker_id, status="completed", outcome="completed", ended_at=world.now()
    )


async def _collect(world: World, booking_id: UUID, charge: Charge) -> CollectResult:
    change = Change(booking_id=booking_id, version=1, at=world.now(), actor="system")
    collections = Collections(database=world.resources.database, gateway=world.resources.payments)
    return await collections.collect(CollectRequest(change=change, charge=charge, payout_due_at=world.now()))


async def _debt(world: World, booking_id: UUID) -> Payment:
    [debt] = await world.payments(booking_id)
    return debt


def _try(world: World, booking_id: UUID, *, number: int = 1) -> ChargeDebtRequest:
    return ChargeDebtRequest(booking_id=booking_id, number=number, at=world.now())


async def _pay(world: World, booking_id: UUID, card: str) -> None:
    debt = await _debt(world, booking_id)
    await world.debts.pay(debt, payment_method_id=card, try_key="app-1", at=world.now())


async def _at_stripe(world: World, booking_id: UUID) -> list[PaymentHold]:
    customer_id = (await world.row(booking_id)).customer_id
    return await world.resources.payments.find_holds(customer_id=customer_id, booking_id=str(booking_id))


async def _announced(world: World, booking_id: UUID) -> None:
    """As a webhook leaves it behind, worked off."""
    [intent] = await _at_stripe(world, booking_id)
    assert intent.status is HoldStatus.CAPTURED
    resources = world.resources
    event = {"source": "test", "type": "payment_intent.succeeded", "payload": {}, "received_at": world.now()}
    async with resources.database.transaction() as session:
        session.add(StripeEvent(id=f"evt_{uuid7()}", object_id=intent.payment_intent_id, **event))
    announced = StripeAnnouncements(database=resources.database, gateway=resources.payments, livemode=False)
    assert await announced.work_off(world.running, world.debts, at=world.now()) == 1


async def _at_the_close(world: World, booking_id: UUID) -> dict[str, int]:
    """What is still owed by then is written off."""
    async with world.resources.database.transaction() as session:
        booking = await bookings.get(session, booking_id, lock=True)
        assert booking is not None
        await write_off(session, booking, at=world.now())
    balances = await world.balances(booking_id)
    assert sum(balances.values()) == 0
    return balances


def _tips(world: World) -> Tips:
    payments = world.resources.payments
    return Tips(database=world.resources.database, gateway=payments, charges=Charges(gateway=payments))


async def _given(tips: Tips, world: World, booking_id: UUID, owner: Owner, number: int) -> TipView:
    """As much as a tip may be."""
    tip_id = uuid7()
    await tips.open(booking_id, owner.id, tip_id=tip_id, amount=MOST_TIP, at=world.now())
    await tips.charge(_step(world, booking_id, number))
    return await tips.view(tip_id)


def _step(world: World, booking_id: UUID, number: int) -> TipStep:
    return TipStep(booking_id=booking_id, number=number, at=world.now())
