"""Idempotency and faults on demand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import stripe

if TYPE_CHECKING:
    from devstack.stripe.client import ControlPlane

PAY: Any = {"amount": 800, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
CREATE = "/v1/payment_intents"


async def pay(client: stripe.StripeClient, key: str, **more: Any) -> stripe.PaymentIntent:
    return await client.v1.payment_intents.create_async(PAY | more, {"idempotency_key": key})


async def count(client: stripe.StripeClient) -> int:
    return len((await client.v1.payment_intents.list_async({"limit": 100})).data)


async def test_the_same_key_answers_the_first_answer(client: stripe.StripeClient) -> None:
    first, second = await pay(client, "a"), await pay(client, "a")
    assert first.id == second.id
    assert second.last_response
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert first.last_response
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert await count(client) == 1


async def test_changed_parameters_are_refused(client: stripe.StripeClient) -> None:
    await pay(client, "a")
    with pytest.raises(stripe.IdempotencyError):
        await pay(client, "a", amount=900)


async def test_a_decline_is_remembered(client: stripe.StripeClient) -> None:
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            await pay(client, "a", payment_method="pm_card_chargeDeclined")
    assert declined.value.headers
    assert declined.value.headers["Idempotent-Replayed"] == "true"
    assert await count(client) == 1


async def test_a_validation_error_is_not_remembered(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await pay(client, "a", amount=1)
    assert (await pay(client, "a")).status == "succeeded"


async def test_two_at_once_meet_a_conflict(client: stripe.StripeClient, control: ControlPlane) -> None:
    await control.fault(route=CREATE, method="POST", slow_s=0.4)
    no_retry: Any = {"idempotency_key": "a", "max_network_retries": 0}
    first = asyncio.create_task(pay(client, "a"))
    await asyncio.sleep(0.1)
    with pytest.raises(stripe.APIError) as refused:
        await client.v1.payment_intents.create_async(PAY, no_retry)
    assert refused.value.http_status == 409
    assert (await pay(client, "a")).id == (await first).id


async def test_keys_are_forgotten_after_a_day(client: stripe.StripeClient, control: ControlPlane) -> None:
    first = await pay(client, "a")
    await control.advance(24 * 3600 + 1)
    assert (await pay(client, "a")).id != first.id


@pytest.mark.parametrize("lost", ["close", "hang"])
async def test_the_library_recovers_a_lost_answer(
    client: stripe.StripeClient, control: ControlPlane, stripe_base: str, account_suffix: str, lost: str
) -> None:
    http = stripe.HTTPXClient(timeout=0.5)
    addresses: Any = dict.fromkeys(("api", "files", "connect", "meter_events"), stripe_base)
    hasty = stripe.StripeClient(
        f"sk_test_{account_suffix}", base_addresses=addresses, max_network_retries=2, http_client=http
    )
    await control.fault(route=CREATE, method="POST", lost=lost)
    assert (await pay(hasty, "a")).status == "succeeded"
    await http.close_async()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    assert await count(client) == 1
    tries = [entry for entry in (await control.requests())["requests"] if entry["method"] == "POST"]
    assert [(entry["is_replayed"], entry["fault"]) for entry in tries] == [(False, f"lost {lost}"), (True, None)]


async def test_a_status_comes_instead_of_the_work(client: stripe.StripeClient, control: ControlPlane) -> None:
    await control.fault(route=CREATE, status=500, times=3)
    with pytest.raises(stripe.APIError):
        await pay(client, "a")
    assert await count(client) == 0


async def test_rate_limits_are_not_retried_by_the_library(client: stripe.StripeClient, control: ControlPlane) -> None:
    await control.fault(route=CREATE, status=429)
    with pytest.raises(stripe.RateLimitError):
        await pay(client, "a")
    assert (await control.requests())["counts"] == {f"POST {CREATE}": 1}


async def test_a_fault_hits_its_route_only(client: stripe.StripeClient, control: ControlPlane) -> None:
    await control.fault(route="/v1/payment_intents/{id}/capture", status=500, times=None)
    assert (await pay(client, "a")).status == "succeeded"
    await control.clear_faults()


async def test_reset_forgets_everything(client: stripe.StripeClient, control: ControlPlane) -> None:
    await pay(client, "a")
    await control.advance(5000)
    await control.reset()
    assert await count(client) == 0
    assert (await pay(client, "a")).status == "succeeded"
