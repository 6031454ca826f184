"""What several tests of the payment port ask Stripe for."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane, PhoneStripe
    from dogwalk.ports import PaymentGateway, PaymentHold

AUTHORIZE = "/v1/payment_intents"
CAPTURE = "/v1/payment_intents/{id}/capture"
EVERY_TRY = 3  # the library's own, and two more


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
