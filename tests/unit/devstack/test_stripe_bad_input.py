"""Whatever is sent, the emulator answers in Stripe's error shape: a 500 of its own would look like Stripe's trouble."""

from __future__ import annotations

import asyncio
import sys

import httpx
import pytest


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nothing", b"", 404),
        ("DELETE", "/v1/payment_intents", b"", 405),
        ("POST", "/v1/payment_intents", b"\xff\xfe=1", 400),
        ("POST", "/v1/payment_intents", b"amount=1&amount[x]=2&currency=usd", 400),
        ("POST", "/v1/payment_intents", b"amount=100&currency[]=usd", 400),
        ("POST", "/v1/payment_intents", b"amount=100&currency=usd&metadata=x", 400),
        ("POST", "/v1/payment_intents", b"amount=100&currency=usd&confirm=maybe", 400),
        ("POST", "/v1/payment_methods", b"type=card&card[number]=1234", 402),
        ("POST", "/v1/accounts", b"capabilities[transfers]=yes", 400),
        ("POST", "/v2/core/accounts", b"no json", 400),
        ("POST", "/v2/core/accounts", b'{"configuration": {"recipient": 1}}', 400),
        ("GET", "/v1/events?created[gte]=soon", b"", 400),
        ("GET", "/v1/events?created[about]=1", b"", 400),
        ("GET", "/v1/events?limit=101", b"", 400),
        ("GET", "/v1/events?starting_after=evt_nothing", b"", 400),
        ("GET", "/v1/customers?expand[]=data.nonsense", b"", 200),
        ("POST", "/_control/faults", b"no json", 422),
        ("POST", "/_control/faults", b'{"unknown": 1}', 422),
        ("POST", "/_control/onboard", b'{"account": "acct_nothing"}', 404),
        ("POST", "/_control/authenticate", b'{"intent": "pi_nothing"}', 409),
        ("GET", "/_pages/onboarding/nothing?key=pk_test_x", b"", 404),
    ],
)
async def test_bad_input_is_told(
    stripe_base: str, account_suffix: str, method: str, path: str, body: bytes, status: int
) -> None:
    headers = {"Authorization": f"Bearer sk_test_{account_suffix}"}
    async with httpx.AsyncClient(headers=headers) as http:
        answer = await http.request(method, f"{stripe_base}{path}", content=body)
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["error"]["message"]


@pytest.mark.parametrize("authorization", ["", "Bearer sk_live_real", "Bearer nonsense", "Basic %%%", "Basic bm9uZTo="])
async def test_no_test_key_no_answer(stripe_base: str, authorization: str) -> None:
    async with httpx.AsyncClient(headers={"Authorization": authorization}) as http:
        for path in ("/v1/customers", "/_control/clock", "/_pages/3ds/x"):
            assert (await http.get(f"{stripe_base}{path}")).status_code == 401


async def test_it_runs_as_a_program() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "devstack.stripe", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    address = (await process.stdout.readline()).decode().removeprefix("stripe: ").strip()
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{address}/v1/balance", auth=("sk_test_a", ""))).json()["object"] == "balance"
    process.terminate()
    assert await process.wait() in (0, -15)
