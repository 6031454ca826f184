"""Cards, holds, capture and release, 3-D Secure on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dogwalk.errors import CardDeclined, PaymentError
from dogwalk.ports import HoldStatus
from tests.support.stripe_calls import held, saved_card

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane, PhoneStripe
    from dogwalk.ports import PaymentGateway


async def test_a_card_saved_on_the_phone_belongs_to_its_owner(
    gateway: PaymentGateway, phone: PhoneStripe, customer_id: str
) -> None:
    card_id = await saved_card(gateway, phone, customer_id)
    (card,) = await gateway.list_cards(customer_id=customer_id)
    assert (card.brand, card.last4) == ("visa", "4242")
    assert await gateway.card_belongs_to(customer_id=customer_id, payment_method_id=card_id)
    stranger = await gateway.create_customer(person_id="p2", email="x@dogwalk.test", name="X", key="other")
    assert not await gateway.card_belongs_to(customer_id=stranger, payment_method_id=card_id)
    assert not await gateway.card_belongs_to(customer_id=customer_id, payment_method_id="pm_nothing")
    for _ in range(2):
        await gateway.detach_card(payment_method_id=card_id)
    assert await gateway.list_cards(customer_id=customer_id) == []


async def test_a_hold_is_placed_captured_and_refunded(
    gateway: PaymentGateway, phone: PhoneStripe, customer_id: str
) -> None:
    card_id = await saved_card(gateway, phone, customer_id)
    hold = await held(gateway, customer_id, card_id)
    assert (hold.status, hold.amount_capturable, hold.amount_captured) == (HoldStatus.HELD, 2000, 0)
    assert hold.created_at
    assert hold.capture_before
    assert (hold.capture_before - hold.created_at).days == 7
    taken = await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2000, key="capture")
    assert (taken.status, taken.amount_captured) == (HoldStatus.CAPTURED, 2000)
    refund = await gateway.refund(payment_intent_id=hold.payment_intent_id, amount=500, booking_id="b1", key="refund")
    assert (refund.amount, refund.status) == (500, "succeeded")
    with pytest.raises(PaymentError) as refused:
        await gateway.refund(payment_intent_id=hold.payment_intent_id, amount=1501, booking_id="b1", key="refund:2")
    assert refused.value.extra["provider_code"] == "amount_too_large"


async def test_a_decline_is_an_answer(gateway: PaymentGateway, phone: PhoneStripe, customer_id: str) -> None:
    card_id = await saved_card(gateway, phone, customer_id, pm="pm_card_chargeCustomerFail")
    hold = await held(gateway, customer_id, card_id, off_session=True)
    assert (hold.status, hold.decline_code, hold.amount_capturable) == (HoldStatus.DECLINED, "generic_decline", 0)
    poor = await held(gateway, customer_id, "pm_card_chargeDeclinedInsufficientFunds", key="2")
    assert (poor.status, poor.decline_code) == (HoldStatus.DECLINED, "insufficient_funds")


async def test_on_session_three_d_secure_ends_on_the_phone(
    gateway: PaymentGateway, phone: PhoneStripe, customer_id: str
) -> None:
    card_id = await saved_card(gateway, phone, customer_id, pm="pm_card_authenticationRequired")
    hold = await held(gateway, customer_id, card_id)
    assert hold.status is HoldStatus.ACTION_REQUIRED
    await phone.confirm_payment(await gateway.get_client_secret(payment_intent_id=hold.payment_intent_id))
    after = await gateway.get_hold(payment_intent_id=hold.payment_intent_id)
    assert (after.status, after.amount_capturable) == (HoldStatus.HELD, 2000)


async def test_off_session_three_d_secure_ends_on_the_phone_too(
    gateway: PaymentGateway, phone: PhoneStripe, customer_id: str
) -> None:
    card_id = await saved_card(gateway, phone, customer_id, pm="pm_card_authenticationRequired")
    hold = await held(gateway, customer_id, card_id, off_session=True)
    assert (hold.status, hold.decline_code) == (HoldStatus.ACTION_REQUIRED, "authentication_required")
    assert (await gateway.get_hold(payment_intent_id=hold.payment_intent_id)).status is HoldStatus.ACTION_REQUIRED
    await phone.confirm_payment(await gateway.get_client_secret(payment_intent_id=hold.payment_intent_id))
    assert (await gateway.get_hold(payment_intent_id=hold.payment_intent_id)).status is HoldStatus.HELD


async def test_a_refused_three_d_secure_is_a_decline(
    gateway: PaymentGateway, phone: PhoneStripe, customer_id: str
) -> None:
    hold = await held(gateway, customer_id, "pm_card_threeDSecure2Required")
    secret = await gateway.get_client_secret(payment_intent_id=hold.payment_intent_id)
    await phone.confirm_payment(secret, outcome="fail")
    assert (await gateway.get_hold(payment_intent_id=hold.payment_intent_id)).status is HoldStatus.DECLINED


async def test_capturing_twice_takes_once(gateway: PaymentGateway, customer_id: str) -> None:
    hold = await held(gateway, customer_id)
    first = await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=1500, key="capture")
    again = await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=1500, key="another key")
    assert (first.amount_captured, again) == (1500, first)


async def test_a_lapsed_hold_says_so(gateway: PaymentGateway, control: ControlPlane, customer_id: str) -> None:
    hold = await held(gateway, customer_id)
    await control.advance(7 * 24 * 3600 + 1)
    with pytest.raises(PaymentError) as refused:
        await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2000, key="capture")
    assert refused.value.code == "hold_lapsed"
    assert (await gateway.get_hold(payment_intent_id=hold.payment_intent_id)).status is HoldStatus.CANCELED


async def test_more_than_the_hold_is_refused(gateway: PaymentGateway, customer_id: str) -> None:
    hold = await held(gateway, customer_id)
    with pytest.raises(PaymentError) as refused:
        await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2001, key="capture")
    assert refused.value.extra["provider_code"] == "amount_too_large"
    assert not refused.value.retryable


async def test_release_is_final_and_repeatable(gateway: PaymentGateway, customer_id: str) -> None:
    hold = await held(gateway, customer_id)
    for key in ("release", "release", "release again"):
        gone = await gateway.release(payment_intent_id=hold.payment_intent_id, key=key)
        assert gone.status is HoldStatus.CANCELED
    other = await held(gateway, customer_id, key="2")
    await gateway.capture(payment_intent_id=other.payment_intent_id, amount=2000, key="capture")
    late = await gateway.release(payment_intent_id=other.payment_intent_id, key="release late")
    assert late.status is HoldStatus.CAPTURED


async def test_a_card_refused_before_there_is_an_intent_is_an_error(
    gateway: PaymentGateway, phone: PhoneStripe, customer_id: str
) -> None:
    with pytest.raises(PaymentError) as refused:
        await held(gateway, customer_id, "pm_nothing")
    assert not isinstance(refused.value, CardDeclined)
    assert refused.value.extra["provider_code"] == "resource_missing"
