"""Connected accounts, transfers, reversals and balances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stripe

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane

RECIPIENT: Any = {
    "contact_email": "walker@dogwalk.test",
    "dashboard": "express",
    "identity": {"country": "us"},
    "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
    "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
    "include": ["configuration.recipient", "requirements"],
}


async def walker(client: stripe.StripeClient, control: ControlPlane) -> str:
    account = await client.v2.core.accounts.create_async(RECIPIENT)
    await control.onboard(account.id)
    return account.id


async def captured(client: stripe.StripeClient, amount: int) -> str:
    params: Any = {"amount": amount, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    intent = await client.v1.payment_intents.create_async(params | {"transfer_group": "booking_1"})
    assert isinstance(intent.latest_charge, str)
    return intent.latest_charge


def to(account: str, amount: int, **more: Any) -> Any:
    return {"amount": amount, "currency": "usd", "destination": account, "transfer_group": "booking_1"} | more


def transfers_status(account: Any) -> str:
    return str(account.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status)


async def test_onboarding_by_its_page_activates_transfers(client: stripe.StripeClient) -> None:
    account = await client.v2.core.accounts.create_async(RECIPIENT)
    assert transfers_status(account) == "restricted"
    assert account.requirements
    assert account.requirements.entries
    urls = {"refresh_url": "http://127.0.0.1/again", "return_url": "http://127.0.0.1/done"}
    link = await client.v2.core.account_links.create_async(
        {"account": account.id, "use_case": {"type": "account_onboarding", "account_onboarding": urls}}  # type: ignore[typeddict-item]
    )
    async with httpx.AsyncClient() as browser:
        assert "All given" in (await browser.get(link.url)).text
        assert (await browser.post(link.url)).headers["location"] == urls["return_url"]
        assert (await browser.get(link.url)).headers["location"] == urls["refresh_url"]
    after = await client.v2.core.accounts.retrieve_async(
        account.id, {"include": ["configuration.recipient", "requirements"]}
    )
    assert transfers_status(after) == "active"
    assert after.requirements
    assert after.requirements.entries == []


async def test_only_what_is_included_is_shown(client: stripe.StripeClient) -> None:
    account = await client.v2.core.accounts.create_async(RECIPIENT)
    bare = await client.v2.core.accounts.retrieve_async(account.id)
    assert (bare.configuration, bare.requirements) == (None, None)


async def test_v1_accounts_know_the_same_capability(client: stripe.StripeClient, control: ControlPlane) -> None:
    account = await client.v1.accounts.create_async(
        {"country": "US", "email": "w@dogwalk.test", "capabilities": {"transfers": {"requested": True}}}
    )
    assert account.capabilities
    assert account.capabilities.transfers == "inactive"
    await control.onboard(account.id)
    after = await client.v1.accounts.retrieve_async(account.id)
    assert after.capabilities
    assert (after.capabilities.transfers, after.details_submitted) == ("active", True)


async def test_no_transfer_without_the_capability(client: stripe.StripeClient) -> None:
    account = await client.v2.core.accounts.create_async(RECIPIENT)
    charge = await captured(client, 2000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.transfers.create_async(to(account.id, 100, source_transaction=charge))
    assert refused.value.code == "insufficient_capabilities_for_transfer"


async def test_transfers_of_one_charge_never_pass_what_it_captured(
    client: stripe.StripeClient, control: ControlPlane
) -> None:
    account, charge = await walker(client, control), await captured(client, 2000)
    await client.v1.transfers.create_async(to(account, 1500, source_transaction=charge))
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.transfers.create_async(to(account, 501, source_transaction=charge))
    await client.v1.transfers.create_async(to(account, 500, source_transaction=charge))
    found = (await client.v1.transfers.list_async({"transfer_group": "booking_1"})).data
    assert [transfer.amount for transfer in found] == [500, 1500]


async def test_a_hold_is_no_source(client: stripe.StripeClient, control: ControlPlane) -> None:
    account = await walker(client, control)
    params: Any = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    held = await client.v1.payment_intents.create_async(params | {"capture_method": "manual"})
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.transfers.create_async(to(account, 100, source_transaction=held.latest_charge))


async def test_a_platform_funded_transfer_needs_available_money(
    client: stripe.StripeClient, control: ControlPlane
) -> None:
    account = await walker(client, control)
    await captured(client, 5000)  # pending for two days: does not count
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.transfers.create_async(to(account, 500))
    assert refused.value.code == "balance_insufficient"
    await control.add_balance(500)
    transfer = await client.v1.transfers.create_async(to(account, 500))
    assert transfer.source_transaction is None
    assert (await client.v1.balance.retrieve_async()).available[0].amount == 0


async def test_pending_money_becomes_available(client: stripe.StripeClient, control: ControlPlane) -> None:
    await captured(client, 2000)
    before = await client.v1.balance.retrieve_async()
    assert (before.available[0].amount, before.pending[0].amount) == (0, 1912)
    await control.advance(2 * 24 * 3600)
    after = await client.v1.balance.retrieve_async()
    assert (after.available[0].amount, after.pending[0].amount) == (1912, 0)


async def test_a_reversal_takes_back_what_is_there(client: stripe.StripeClient, control: ControlPlane) -> None:
    account, charge = await walker(client, control), await captured(client, 2000)
    transfer = await client.v1.transfers.create_async(to(account, 1500, source_transaction=charge))
    await client.v1.transfers.reversals.create_async(transfer.id, {"amount": 600})
    after = await client.v1.transfers.retrieve_async(transfer.id)
    assert (after.amount_reversed, after.reversed) == (600, False)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.transfers.reversals.create_async(transfer.id, {"amount": 901})
    await client.v1.transfers.reversals.create_async(transfer.id)
    assert (await client.v1.transfers.retrieve_async(transfer.id)).reversed
    theirs = await client.v1.balance.retrieve_async(options={"stripe_account": account})
    assert theirs.pending[0].amount + theirs.available[0].amount == 0
