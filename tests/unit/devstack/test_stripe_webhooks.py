"""Deliveries: signed, in the background, repeated, and in every disorder on demand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from devstack.stripe.client import ControlPlane

SECRET = "whsec_test"


class Receiver:
    """A webhook endpoint as an app would have it; answers 500 while `refusals` lasts."""

    def __init__(self) -> None:
        self.bodies: list[tuple[bytes, str]] = []
        self.arrived = asyncio.Condition()
        self.refusals = 0
        self.url = ""

    async def receive(self, request: Request) -> Response:
        if self.refusals:
            self.refusals -= 1
            return Response(status_code=500)
        async with self.arrived:
            self.bodies.append((await request.body(), request.headers["stripe-signature"]))
            self.arrived.notify_all()
        return Response()

    def events(self) -> list[stripe.Event]:
        return [stripe.Webhook.construct_event(body, signature, SECRET) for body, signature in self.bodies]

    async def wait_for(self, number: int) -> list[str]:
        await self.wait_for_bodies(number)
        return [event.type for event in self.events()]

    async def wait_for_bodies(self, number: int) -> None:
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.bodies) >= number)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn has no event for it
        await asyncio.sleep(0.01)
    receiver.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/hook"
    yield receiver
    server.should_exit = True
    await task


async def pay(client: stripe.StripeClient) -> None:
    params: Any = {"amount": 800, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    await client.v1.payment_intents.create_async(params)


IN_ORDER = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


async def test_signed_and_in_order(client: stripe.StripeClient, control: ControlPlane, receiver: Receiver) -> None:
    await control.add_webhook(receiver.url, SECRET)
    await pay(client)
    assert await receiver.wait_for(3) == IN_ORDER
    body, signature = receiver.bodies[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, SECRET)


async def test_an_endpoint_made_over_the_api(client: stripe.StripeClient, receiver: Receiver) -> None:
    endpoint = await client.v1.webhook_endpoints.create_async(
        {"url": receiver.url, "enabled_events": ["charge.succeeded"]}
    )
    await pay(client)
    await receiver.wait_for_bodies(1)
    body, signature = receiver.bodies[0]
    assert endpoint.secret
    assert stripe.Webhook.construct_event(body, signature, endpoint.secret).type == "charge.succeeded"
    assert not hasattr(await client.v1.webhook_endpoints.retrieve_async(endpoint.id), "secret")


async def test_a_refused_delivery_is_repeated(
    client: stripe.StripeClient, control: ControlPlane, receiver: Receiver
) -> None:
    receiver.refusals = 2
    await control.add_webhook(receiver.url, SECRET, enabled_events=["charge.succeeded"])
    await pay(client)
    assert await receiver.wait_for(1) == ["charge.succeeded"]


async def test_a_dead_endpoint_stops_no_answer(client: stripe.StripeClient, control: ControlPlane) -> None:
    await control.add_webhook("http://127.0.0.1:1/hook", SECRET)
    async with asyncio.timeout(2):
        await pay(client)


async def test_doubled_dropped_held_and_shuffled(
    client: stripe.StripeClient, control: ControlPlane, receiver: Receiver
) -> None:
    await control.add_webhook(receiver.url, SECRET)
    await control.webhook_faults(duplicate=True, drop=2)
    await pay(client)
    assert await receiver.wait_for(2) == ["payment_intent.succeeded"] * 2
    await control.webhook_faults(hold=True)
    await pay(client)
    await asyncio.sleep(0.1)
    assert len(receiver.bodies) == 2
    assert await control.release_webhooks() == 3
    assert (await receiver.wait_for(5))[2:] == IN_ORDER
    await control.webhook_faults(shuffle=True)
    for _ in range(3):
        await pay(client)
    shuffled = (await receiver.wait_for(14))[5:]
    assert sorted(shuffled) == sorted(IN_ORDER * 3)
    assert shuffled != IN_ORDER * 3


async def test_connected_accounts_have_an_endpoint_of_their_own(
    client: stripe.StripeClient, control: ControlPlane, receiver: Receiver
) -> None:
    await control.add_webhook(receiver.url, SECRET, connect=True)
    account = await client.v1.accounts.create_async({"capabilities": {"transfers": {"requested": True}}})
    await pay(client)
    await control.onboard(account.id)
    assert await receiver.wait_for(1) == ["account.updated"]
    assert receiver.events()[0].account == account.id
