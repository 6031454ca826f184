"""Saving cards: SetupIntents, payment methods, and what a publishable key may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stripe

from devstack.stripe.client import CardRefused

if TYPE_CHECKING:
    from devstack.stripe.client import PhoneStripe


async def setup(client: stripe.StripeClient, customer_id: str) -> stripe.SetupIntent:
    return await client.v1.setup_intents.create_async({"customer": customer_id, "usage": "off_session"})


async def cards(client: stripe.StripeClient, customer_id: str) -> list[stripe.PaymentMethod]:
    return (await client.v1.customers.payment_methods.list_async(customer_id, {"type": "card"})).data


async def test_the_phone_confirms_and_the_card_is_saved(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str
) -> None:
    intent = await setup(client, customer_id)
    assert intent.client_secret
    assert (await phone.confirm_setup_intent(intent.client_secret))["status"] == "succeeded"
    (saved,) = await cards(client, customer_id)
    assert saved.card
    assert (saved.card.brand, saved.card.last4, saved.customer) == ("visa", "4242", customer_id)


async def test_a_typed_card_number_is_saved(
    client: stripe.StripeClient, stripe_base: str, account_suffix: str, customer_id: str
) -> None:
    intent = await setup(client, customer_id)
    form = {
        "client_secret": intent.client_secret,
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "5555 5555 5555 4444",
        "payment_method_data[card][exp_month]": "4",
        "payment_method_data[card][exp_year]": "31",
        "payment_method_data[card][cvc]": "123",
    }
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer pk_test_{account_suffix}"}) as http:
        answer = await http.post(f"{stripe_base}/v1/setup_intents/{intent.id}/confirm", data=form)
    assert answer.json()["status"] == "succeeded"
    (saved,) = await cards(client, customer_id)
    assert saved.card
    assert (saved.card.brand, saved.card.exp_month, saved.card.exp_year) == ("mastercard", 4, 2031)


async def test_three_d_secure_on_set_up_frees_later_payments(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str
) -> None:
    intent = await setup(client, customer_id)
    assert intent.client_secret
    await phone.confirm_setup_intent(intent.client_secret, pm="pm_card_authenticationRequiredOnSetup")
    (saved,) = await cards(client, customer_id)
    params: Any = {"amount": 900, "currency": "usd", "customer": customer_id, "payment_method": saved.id}
    paid = await client.v1.payment_intents.create_async(params | {"confirm": True, "off_session": True})
    assert paid.status == "succeeded"
    asked = await client.v1.payment_intents.create_async(params | {"confirm": True})
    assert asked.status == "requires_action"


async def test_failed_three_d_secure_saves_nothing(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str
) -> None:
    intent = await setup(client, customer_id)
    assert intent.client_secret
    after = await phone.confirm_setup_intent(intent.client_secret, pm="pm_card_threeDSecure2Required", outcome="fail")
    assert (after["status"], after["last_setup_error"]["code"]) == (
        "requires_payment_method",
        "setup_intent_authentication_failure",
    )
    assert await cards(client, customer_id) == []


async def test_a_declined_card_is_not_saved(client: stripe.StripeClient, phone: PhoneStripe, customer_id: str) -> None:
    intent = await setup(client, customer_id)
    assert intent.client_secret
    with pytest.raises(CardRefused) as refused:
        await phone.confirm_setup_intent(intent.client_secret, pm="pm_card_chargeDeclinedInsufficientFunds")
    assert refused.value.decline_code == "insufficient_funds"
    assert await cards(client, customer_id) == []
    assert (await phone.confirm_setup_intent(intent.client_secret))["status"] == "succeeded"


async def test_a_phone_without_the_secret_learns_nothing(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str
) -> None:
    intent = await setup(client, customer_id)
    with pytest.raises(CardRefused, match="No such setup_intent"):
        await phone.confirm_setup_intent(f"{intent.id}_secret_guessed")


async def test_a_publishable_key_reaches_no_money(stripe_base: str, account_suffix: str) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer pk_test_{account_suffix}"}) as http:
        for path in ("/v1/refunds", "/v1/transfers", "/v1/payment_intents", "/_control/balance"):
            assert (await http.post(f"{stripe_base}{path}", json={})).status_code == 401


async def test_a_detached_card_is_gone_for_good(client: stripe.StripeClient, customer_id: str) -> None:
    method = await client.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer_id})
    assert (await client.v1.payment_methods.detach_async(method.id)).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.payment_methods.attach_async(method.id, {"customer": customer_id})


async def test_a_customer_session_opens_the_payment_sheet(client: stripe.StripeClient, customer_id: str) -> None:
    session = await client.v1.customer_sessions.create_async(
        {"customer": customer_id, "components": {"mobile_payment_element": {"enabled": True}}}
    )
    assert session.client_secret.startswith("cuss_")
    assert session.customer == customer_id


@pytest.mark.parametrize(("asked", "times"), [("any", 1), ("automatic", 0)])
async def test_a_card_that_knows_3d_secure_is_challenged_where_the_merchant_asks(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str, asked: Any, times: int
) -> None:
    options: Any = {"card": {"request_three_d_secure": asked}}
    intent = await client.v1.setup_intents.create_async({"customer": customer_id, "payment_method_options": options})
    assert intent.client_secret
    done = await phone.confirm_setup_intent(intent.client_secret, pm="pm_card_threeDSecureOptional")
    assert (done["status"], phone.challenges) == ("succeeded", times)
