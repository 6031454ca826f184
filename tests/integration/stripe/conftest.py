"""The real library against the emulator over loopback; each test has an account of its own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from devstack.stripe.client import ControlPlane, PhoneStripe
from devstack.stripe.server import running_emulator
from dogwalk.adapters.stripe import StripePaymentGateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from dogwalk.ports import PaymentGateway


@pytest.fixture(scope="package")
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
