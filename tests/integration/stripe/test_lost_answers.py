"""What the payment port says when Stripe answers late, not at all, or no."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from dogwalk.adapters.stripe import StripePaymentGateway
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.payment import Payment
from dogwalk.errors import PaymentUnknown, Unavailable
from dogwalk.ports import HoldStatus
from dogwalk.services.payment.charge import Charges
from tests.support.stripe_calls import AUTHORIZE, EVERY_TRY, held

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane
    from dogwalk.ports import PaymentGateway


async def test_repeating_with_the_same_key_places_one_hold(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    first, second = await held(gateway, customer_id), await held(gateway, customer_id)
    assert first == second
    assert await gateway.find_holds(customer_id=customer_id, booking_id="b1") == [first]
    assert (await control.requests())["requests"][2]["is_replayed"]


@pytest.mark.parametrize("lost", ["close", "hang"])
async def test_a_lost_answer_is_unknown_and_leaves_exactly_one_hold_to_find(
    gateway: PaymentGateway, control: ControlPlane, base_url: str, suffix: str, customer_id: str, lost: str
) -> None:
    hasty = StripePaymentGateway(api_key=f"sk_test_{suffix}", api_base=base_url, timeout_s=0.3)
    await control.fault(route=AUTHORIZE, method="POST", lost=lost, times=EVERY_TRY)
    with pytest.raises(PaymentUnknown):
        await held(hasty, customer_id)
    await hasty.close()
    (found,) = await gateway.find_holds(customer_id=customer_id, booking_id="b1")
    assert found.status is HoldStatus.HELD
    assert await gateway.find_holds(customer_id=customer_id, booking_id="b2") == []
    assert (await held(gateway, customer_id)).payment_intent_id == found.payment_intent_id


async def test_one_lost_answer_is_recovered_unnoticed(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    await control.fault(route=AUTHORIZE, method="POST", lost="close")
    hold = await held(gateway, customer_id)
    assert await gateway.find_holds(customer_id=customer_id, booking_id="b1") == [hold]


async def test_a_server_error_is_unknown_for_a_change_and_away_for_a_look(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    hold = await held(gateway, customer_id)
    await control.fault(status=500, times=2 * EVERY_TRY)
    with pytest.raises(PaymentUnknown):
        await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2000, key="capture")
    with pytest.raises(Unavailable):
        await gateway.get_hold(payment_intent_id=hold.payment_intent_id)
    taken = await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2000, key="capture")
    assert taken.status is HoldStatus.CAPTURED


async def test_a_rate_limit_changes_nothing(gateway: PaymentGateway, control: ControlPlane, customer_id: str) -> None:
    await control.fault(route=AUTHORIZE, status=429)
    with pytest.raises(Unavailable):
        await held(gateway, customer_id)
    assert await gateway.find_holds(customer_id=customer_id, booking_id="b1") == []


async def test_a_refused_connection_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    gateway = StripePaymentGateway(api_key="sk_test_x", api_base=f"http://127.0.0.1:{port}", timeout_s=1)
    with pytest.raises(Unavailable):
        await gateway.create_customer(person_id="p", email="e@dogwalk.test", name="E", key="k")
    await gateway.close()


async def test_a_debt_that_its_owner_pays_while_it_is_dunned_is_taken_once(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    await control.fault(route=AUTHORIZE, method="POST", slow_s=0.3)
    debt = Payment(booking_id=uuid7(), idempotency_key="debt:1", customer_id=customer_id, amount=2775, currency="usd")
    charges = Charges(gateway=gateway)
    tries = [
        charges.attempt(debt, payment_method_id="pm_card_visa", off_session=off_session, try_key=try_key)
        for try_key, off_session in (("dunning-1", True), ("app-1", False))
    ]
    answers = await asyncio.gather(*tries)
    found = await gateway.find_holds(customer_id=customer_id, booking_id=str(debt.booking_id))
    assert [one.amount_captured for one in found] == [2775]
    assert [one.status for one in answers] == [HoldStatus.CAPTURED, HoldStatus.CAPTURED]
