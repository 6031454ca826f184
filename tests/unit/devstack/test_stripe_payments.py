"""PaymentIntents, charges and refunds of the emulator, driven by the real library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane, PhoneStripe

DAY_S = 24 * 3600
HOLD = {"amount": 2000, "currency": "usd", "capture_method": "manual", "confirm": True}


async def hold(
    client: stripe.StripeClient, customer_id: str, *, method: str = "pm_card_visa", **more: Any
) -> stripe.PaymentIntent:
    params: Any = HOLD | {"customer": customer_id, "payment_method": method, "expand": ["latest_charge"]} | more
    return await client.v1.payment_intents.create_async(params)


def charge_of(intent: stripe.PaymentIntent) -> stripe.Charge:
    assert isinstance(intent.latest_charge, stripe.Charge)
    return intent.latest_charge


async def event_types(client: stripe.StripeClient) -> list[str]:
    return [str(event.type) for event in (await client.v1.events.list_async({"limit": 100})).data][::-1]


async def test_manual_capture_holds_and_then_takes(client: stripe.StripeClient, customer_id: str) -> None:
    held = await hold(client, customer_id)
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 2000, 0)
    assert not charge_of(held).captured
    taken = await client.v1.payment_intents.capture_async(held.id, {"expand": ["latest_charge.balance_transaction"]})
    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, 2000)
    entry = charge_of(taken).balance_transaction
    assert isinstance(entry, stripe.BalanceTransaction)
    assert (entry.amount, entry.fee, entry.net, entry.status) == (2000, 88, 1912, "pending")


async def test_automatic_capture_takes_at_once(client: stripe.StripeClient, customer_id: str) -> None:
    taken = await hold(client, customer_id, capture_method="automatic")
    assert (taken.status, taken.amount_received) == ("succeeded", 2000)
    assert charge_of(taken).captured
    wanted = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    assert [name for name in await event_types(client) if name != "customer.created"] == wanted


async def test_a_hold_announces_itself(client: stripe.StripeClient, customer_id: str) -> None:
    held = await hold(client, customer_id)
    await client.v1.payment_intents.capture_async(held.id)
    assert await event_types(client) == [
        "customer.created",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


async def test_a_partial_capture_gives_the_rest_back_for_good(client: stripe.StripeClient, customer_id: str) -> None:
    held = await hold(client, customer_id)
    taken = await client.v1.payment_intents.capture_async(
        held.id, {"amount_to_capture": 700, "expand": ["latest_charge"]}
    )
    charge = charge_of(taken)
    assert (taken.amount_received, charge.amount_captured, charge.amount_refunded) == (700, 700, 1300)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 100})
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_more_than_the_hold_is_never_captured(client: stripe.StripeClient, customer_id: str) -> None:
    held = await hold(client, customer_id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 2001})
    assert refused.value.code == "amount_too_large"
    assert (await client.v1.payment_intents.retrieve_async(held.id)).status == "requires_capture"


async def test_cancel_lets_the_hold_go(client: stripe.StripeClient, customer_id: str) -> None:
    held = await hold(client, customer_id)
    gone = await client.v1.payment_intents.cancel_async(held.id, {"cancellation_reason": "requested_by_customer"})
    assert (gone.status, gone.amount_capturable, gone.cancellation_reason) == ("canceled", 0, "requested_by_customer")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.cancel_async(held.id)
    assert refused.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("method", "off_session", "life_s"),
    [
        ("pm_card_visa", False, 7 * DAY_S),
        ("pm_card_visa", True, 4 * DAY_S + 18 * 3600),
        ("pm_card_mastercard", True, 7 * DAY_S),
    ],
)
async def test_capture_before_follows_who_started_it(
    client: stripe.StripeClient, customer_id: str, method: str, *, off_session: bool, life_s: int
) -> None:
    charge = charge_of(await hold(client, customer_id, method=method, off_session=off_session))
    card: Any = charge.payment_method_details
    assert card.card.capture_before - charge.created == life_s


async def test_a_hold_lapses_when_its_time_is_over(
    client: stripe.StripeClient, control: ControlPlane, customer_id: str
) -> None:
    held = await hold(client, customer_id)
    await control.advance(7 * DAY_S - 60)
    assert (await client.v1.payment_intents.retrieve_async(held.id)).status == "requires_capture"
    await control.advance(61)
    lapsed = await client.v1.payment_intents.retrieve_async(held.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
    assert (await event_types(client))[-2:] == ["charge.expired", "payment_intent.canceled"]


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ],
)
async def test_a_decline_carries_the_intent(
    client: stripe.StripeClient, customer_id: str, method: str, code: str, decline_code: str
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        await hold(client, customer_id, method=method)
    error: Any = declined.value.error
    assert (declined.value.http_status, declined.value.code, error.decline_code) == (402, code, decline_code)
    kept = await client.v1.payment_intents.retrieve_async(error.payment_intent.id)
    assert kept.status == "requires_payment_method"
    assert kept.last_payment_error
    assert kept.last_payment_error.decline_code == decline_code


@pytest.mark.parametrize("method", ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required"])
async def test_on_session_the_card_holder_is_asked(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str, method: str
) -> None:
    asked = await hold(client, customer_id, method=method)
    assert asked.status == "requires_action"
    assert asked.latest_charge is None
    assert asked.client_secret
    assert (await phone.confirm_payment(asked.client_secret))["status"] == "requires_capture"


async def test_a_card_holder_who_says_no_ends_without_a_hold(
    client: stripe.StripeClient, control: ControlPlane, customer_id: str
) -> None:
    asked = await hold(client, customer_id, method="pm_card_authenticationRequired")
    assert await control.authenticate(asked.id, "fail") == "requires_payment_method"
    after = await client.v1.payment_intents.retrieve_async(asked.id)
    assert after.last_payment_error
    assert after.last_payment_error.code == "payment_intent_authentication_failure"


async def test_off_session_three_d_secure_is_refused_and_can_be_finished_on_the_phone(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        await hold(client, customer_id, method="pm_card_authenticationRequired", off_session=True)
    error: Any = refused.value.error
    assert (refused.value.http_status, refused.value.code) == (402, "authentication_required")
    assert error.decline_code == "authentication_required"
    intent = await client.v1.payment_intents.retrieve_async(error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.client_secret
    assert (await phone.confirm_payment(intent.client_secret))["status"] == "requires_capture"


async def test_authenticated_and_then_declined(
    client: stripe.StripeClient, phone: PhoneStripe, customer_id: str
) -> None:
    asked = await hold(client, customer_id, method="pm_card_threeDSecureRequiredChargeDeclined")
    assert asked.client_secret
    after = await phone.confirm_payment(asked.client_secret)
    assert (after["status"], after["last_payment_error"]["code"]) == ("requires_payment_method", "card_declined")


async def test_refunds_never_pass_what_was_captured(client: stripe.StripeClient, customer_id: str) -> None:
    held = await hold(client, customer_id)
    await client.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 1500})
    await client.v1.refunds.create_async({"payment_intent": held.id, "amount": 1000})
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.create_async({"payment_intent": held.id, "amount": 501})
    rest = await client.v1.refunds.create_async({"payment_intent": held.id})
    assert (rest.amount, rest.status) == (500, "succeeded")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": held.id})
    assert refused.value.code == "charge_already_refunded"
    assert len((await client.v1.refunds.list_async({"payment_intent": held.id})).data) == 2


async def test_a_refund_sent_back_by_the_bank_is_in_the_balance_again(
    client: stripe.StripeClient, control: ControlPlane, customer_id: str
) -> None:
    held = await hold(client, customer_id, capture_method="automatic")
    refund = await client.v1.refunds.create_async({"payment_intent": held.id, "amount": 2000})
    before = (await client.v1.balance.retrieve_async()).available[0].amount
    await control.send_back(refund.id)
    failed = await client.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert (await client.v1.balance.retrieve_async()).available[0].amount == before + 2000
    assert (await event_types(client))[-3:] == ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert (await client.v1.refunds.create_async({"payment_intent": held.id})).amount == 2000


async def test_a_hold_is_not_refunded(client: stripe.StripeClient, customer_id: str) -> None:
    held = await hold(client, customer_id)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.create_async({"payment_intent": held.id})


async def test_lists_page_newest_first(client: stripe.StripeClient, control: ControlPlane, customer_id: str) -> None:
    made = [(await hold(client, customer_id)).id for _ in range(3)]
    other = (await client.v1.customers.create_async({})).id
    await hold(client, other)
    page = await client.v1.payment_intents.list_async({"customer": customer_id, "limit": 2})
    assert [intent.id for intent in page.data] == made[:0:-1]
    assert page.has_more
    rest = await client.v1.payment_intents.list_async({"customer": customer_id, "starting_after": made[1]})
    assert [intent.id for intent in rest.data] == made[:1]
    everything = [intent.id async for intent in page.auto_paging_iter()]
    assert everything == made[::-1]
    later = await control.advance(100)
    recent = await client.v1.events.list_async({"created": {"gte": later}})
    assert recent.data == []


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"amount": "much"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": 299, "currency": "sek"}, "amount_too_small", "amount"),
        ({"amont": 10}, "parameter_unknown", "amont"),
        ({"customer": "cus_nobody"}, "resource_missing", "customer"),
        ({"payment_method": "pm_nothing"}, "resource_missing", "payment_method"),
    ],
)
async def test_wrong_parameters_are_named(
    client: stripe.StripeClient, customer_id: str, change: dict[str, Any], code: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await hold(client, customer_id, **change)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


async def test_what_is_not_there_is_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.payment_intents.retrieve_async("pi_nothing")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


async def test_another_customers_card_is_refused(client: stripe.StripeClient, customer_id: str) -> None:
    method = await client.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer_id})
    other = (await client.v1.customers.create_async({})).id
    with pytest.raises(stripe.InvalidRequestError):
        await hold(client, other, method=method.id)


async def test_keys_see_only_their_own(client: stripe.StripeClient, customer_id: str, stripe_base: str) -> None:
    http = stripe.HTTPXClient(timeout=5)
    stranger = stripe.StripeClient("sk_test_stranger", base_addresses={"api": stripe_base}, http_client=http)
    with pytest.raises(stripe.InvalidRequestError):
        await stranger.v1.customers.retrieve_async(customer_id)
    await http.close_async()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    assert (await client.v1.customers.retrieve_async(customer_id)).id == customer_id
