"""The payment port's promises, kept by the real library against the emulator over loopback."""

from __future__ import annotations

import json
import logging
import secrets
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from devstack.stripe.client import ControlPlane, PhoneStripe
from devstack.stripe.server import running_emulator
from devstack.stripe.webhooks import sign
from dogwalk.adapters.stripe import StripePaymentGateway
from dogwalk.errors import CardDeclined, PaymentError, PaymentUnknown, Unauthenticated, Unavailable
from dogwalk.ports import HoldStatus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from dogwalk.ports import PaymentGateway, PaymentHold

AUTHORIZE = "/v1/payment_intents"
CAPTURE = "/v1/payment_intents/{id}/capture"
EVERY_TRY = 3  # the library's own, and two more


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with running_emulator() as url:
        yield url


@pytest.fixture
def suffix() -> str:
    return secrets.token_hex(8)


@pytest.fixture
async def control(base_url: str, suffix: str) -> AsyncIterator[ControlPlane]:
    async with ControlPlane(base_url, f"sk_test_{suffix}") as plane:
        yield plane


@pytest.fixture
async def phone(base_url: str, suffix: str) -> AsyncIterator[PhoneStripe]:
    async with PhoneStripe(base_url, f"pk_test_{suffix}") as sdk:
        yield sdk


@pytest.fixture
async def stripe_gateway(base_url: str, suffix: str) -> AsyncIterator[StripePaymentGateway]:
    gateway = StripePaymentGateway(api_key=f"sk_test_{suffix}", api_base=base_url, timeout_s=5)
    yield gateway
    await gateway.close()


@pytest.fixture
def gateway(stripe_gateway: StripePaymentGateway) -> PaymentGateway:
    """Typed as the port, so that mypy compares the two."""
    return stripe_gateway


@pytest.fixture
async def customer_id(gateway: PaymentGateway) -> str:
    return await gateway.create_customer(person_id="p1", email="owner@dogwalk.test", name="Olga", key="customer")


async def saved_card(gateway: PaymentGateway, phone: PhoneStripe, customer_id: str, pm: str = "pm_card_visa") -> str:
    setup = await gateway.start_card_setup(customer_id=customer_id, key=secrets.token_hex(4))
    await phone.confirm_setup_intent(setup.client_secret, pm=pm)
    return (await gateway.list_cards(customer_id=customer_id))[0].payment_method_id


async def held(gateway: PaymentGateway, customer_id: str, method: str = "pm_card_visa", **more: Any) -> PaymentHold:
    arguments: dict[str, Any] = {
        "customer_id": customer_id,
        "payment_method_id": method,
        "amount": 2000,
        "currency": "usd",
        "booking_id": "b1",
        "off_session": False,
        "key": "booking-b1:authorize:1",
    }
    return await gateway.authorize(**arguments | more)


async def walker(gateway: PaymentGateway, control: ControlPlane) -> str:
    account = await gateway.create_payout_account(person_id="w1", email="w@dogwalk.test", country="US", key="account")
    await control.onboard(account.account_id)
    return account.account_id


async def charge_of(gateway: PaymentGateway, customer_id: str) -> str:
    hold = await held(gateway, customer_id)
    taken = await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2000, key="capture")
    assert taken.charge_id
    return taken.charge_id


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


async def test_refund_and_transfer_outlive_their_keys(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    account, charge = await walker(gateway, control), await charge_of(gateway, customer_id)
    (hold,) = await gateway.find_holds(customer_id=customer_id, booking_id="b1")
    refund: dict[str, Any] = {"payment_intent_id": hold.payment_intent_id, "amount": 100, "booking_id": "b1"}
    transfer: dict[str, Any] = {"account_id": account, "amount": 300, "currency": "usd", "booking_id": "b1"}
    made = [
        (
            await gateway.refund(**refund, key="refund:1"),
            await gateway.transfer(**transfer, source_charge_id=charge, key="transfer:1"),
        )
        for _ in range(2)
        if await control.advance(25 * 3600)
    ]
    assert made[0] == made[1]
    assert len(await gateway.find_transfers(booking_id="b1")) == 1


async def test_onboarding_activates_transfers(gateway: PaymentGateway, control: ControlPlane) -> None:
    account = await gateway.create_payout_account(person_id="w1", email="w@dogwalk.test", country="US", key="account")
    assert not account.transfers_active
    assert account.requirements
    url = await gateway.onboarding_url(
        account_id=account.account_id, return_url="http://127.0.0.1/done", refresh_url="http://127.0.0.1/again"
    )
    assert "/_pages/onboarding/" in url
    await control.onboard(account.account_id)
    after = await gateway.get_payout_account(account_id=account.account_id)
    assert (after.transfers_active, after.requirements) == (True, [])


async def test_transfers_stay_inside_their_charge(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    account, charge = await walker(gateway, control), await charge_of(gateway, customer_id)
    money: dict[str, Any] = {"account_id": account, "currency": "usd", "booking_id": "b1", "source_charge_id": charge}
    receipt = await gateway.transfer(**money, amount=1600, key="transfer:1")
    with pytest.raises(PaymentError):
        await gateway.transfer(**money, amount=401, key="transfer:2")
    assert await gateway.find_transfers(booking_id="b1") == [receipt]


async def test_a_platform_funded_transfer_waits_for_money(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    account = await walker(gateway, control)
    bonus: dict[str, Any] = {"account_id": account, "amount": 400, "currency": "usd", "booking_id": "b1"}
    with pytest.raises(PaymentError) as refused:
        await gateway.transfer(**bonus, source_charge_id=None, key="bonus:1")
    assert refused.value.code == "balance_insufficient"
    assert (await gateway.available_balance()).get("usd", 0) == 0
    await control.add_balance(400)
    assert await gateway.available_balance() == {"usd": 400}
    assert (await gateway.transfer(**bonus, source_charge_id=None, key="bonus:2")).amount == 400


SECRET, OLD_SECRET = "whsec_new", "whsec_old"
SNAPSHOT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "data": {"object": {"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_x"}},
}
THIN = {"id": "evt_2", "object": "v2.core.event", "type": "v2.core.account.updated", "related_object": {"id": "acct_1"}}


@pytest.mark.parametrize(("event", "object_id"), [(SNAPSHOT, "pi_1"), (THIN, "acct_1")])
def test_an_event_is_verified_while_secrets_roll(
    gateway: PaymentGateway, event: dict[str, Any], object_id: str
) -> None:
    body = json.dumps(event).encode()
    signature = sign(body, secret=OLD_SECRET, at=int(time.time()))
    verified = gateway.verify_event(body=body, signature=signature, secrets=[SECRET, OLD_SECRET])
    assert (verified.event_id, verified.object_id, verified.livemode) == (event["id"], object_id, False)
    assert "secret" not in repr(verified)


@pytest.mark.parametrize(("secret", "age_s", "tail"), [("whsec_other", 0, b""), (SECRET, 301, b""), (SECRET, 0, b" ")])
def test_a_forged_or_old_event_is_refused(gateway: PaymentGateway, secret: str, age_s: int, tail: bytes) -> None:
    body = json.dumps(SNAPSHOT).encode()
    signature = sign(body, secret=secret, at=int(time.time()) - age_s)
    with pytest.raises(Unauthenticated) as refused:
        gateway.verify_event(body=body + tail, signature=signature, secrets=[SECRET])
    assert refused.value.code == "bad_signature"


async def test_no_client_secret_in_errors_reprs_or_logs(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    setup = await gateway.start_card_setup(customer_id=customer_id, key="setup")
    hold = await held(gateway, customer_id)
    await gateway.release(payment_intent_id=hold.payment_intent_id, key="release")
    with pytest.raises(PaymentError) as refused:
        await gateway.capture(payment_intent_id=hold.payment_intent_id, amount=2000, key="capture")
    everything = (
        f"{setup!r} {hold!r} {refused.value!r} {refused.value.__context__!r} {vars(refused.value)} {caplog.text}"
    )
    assert "_secret_" not in everything
    context = refused.value.__context__
    assert context is not None
    assert context.__context__ is None, "Stripe's own error hangs on ours, with the whole body"


async def test_a_card_refused_before_there_is_an_intent_is_an_error(
    gateway: PaymentGateway, phone: PhoneStripe, customer_id: str
) -> None:
    with pytest.raises(PaymentError) as refused:
        await held(gateway, customer_id, "pm_nothing")
    assert not isinstance(refused.value, CardDeclined)
    assert refused.value.extra["provider_code"] == "resource_missing"
