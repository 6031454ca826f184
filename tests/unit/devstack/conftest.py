from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from devstack.stripe.client import ControlPlane, PhoneStripe
from devstack.stripe.server import running_emulator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="session")
def stripe_base() -> Iterator[str]:
    with running_emulator() as base_url:
        yield base_url


@pytest.fixture
def account_suffix() -> str:
    """A key of its own for every test: state and clock are per key."""
    return secrets.token_hex(8)


@pytest.fixture
async def client(stripe_base: str, account_suffix: str) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.HTTPXClient(timeout=5)
    addresses: Any = dict.fromkeys(("api", "files", "connect", "meter_events"), stripe_base)
    yield stripe.StripeClient(
        f"sk_test_{account_suffix}",
        base_addresses=addresses,
        max_network_retries=2,
        http_client=http,
    )
    await http.close_async()  # type: ignore[no-untyped-call]  # the library leaves it untyped


@pytest.fixture
async def control(stripe_base: str, account_suffix: str) -> AsyncIterator[ControlPlane]:
    async with ControlPlane(stripe_base, f"sk_test_{account_suffix}") as plane:
        yield plane


@pytest.fixture
async def phone(stripe_base: str, account_suffix: str) -> AsyncIterator[PhoneStripe]:
    async with PhoneStripe(stripe_base, f"pk_test_{account_suffix}") as sdk:
        yield sdk


@pytest.fixture
async def customer_id(client: stripe.StripeClient) -> str:
    return (await client.v1.customers.create_async({"email": "owner@dogwalk.test"})).id
