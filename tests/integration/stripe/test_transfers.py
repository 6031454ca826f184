"""Refunds and transfers, and the accounts they go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dogwalk.errors import PaymentError
from tests.support.stripe_calls import charge_of, walker

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane
    from dogwalk.ports import PaymentGateway


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


async def test_a_refund_says_what_became_of_it(
    gateway: PaymentGateway, control: ControlPlane, customer_id: str
) -> None:
    await charge_of(gateway, customer_id)
    (hold,) = await gateway.find_holds(customer_id=customer_id, booking_id="b1")
    made = await gateway.refund(payment_intent_id=hold.payment_intent_id, amount=100, booking_id="b1", key="refund:1")
    assert await gateway.get_refund(refund_id=made.refund_id) == made
    await control.send_back(made.refund_id)
    found = await gateway.get_refund(refund_id=made.refund_id)
    assert (found.status, found.step) == ("failed", "refund:1")


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
