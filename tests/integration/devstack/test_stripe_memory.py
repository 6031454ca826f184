"""Saved cards outlive a restart of the emulator."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from devstack.payment_emulator import EmulatorOptions, PaymentEmulator

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk_test_memory"
HEADERS = {"Authorization": f"Bearer {KEY}"}


def emulator(folder: Path, state_file: Path | None) -> PaymentEmulator:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = EmulatorOptions(
        port=port,
        secret_key=KEY,
        webhook_secret="whsec_a",
        connect_webhook_secret="whsec_b",
        public_url="http://127.0.0.1:9",
        state_file=state_file,
    )
    return PaymentEmulator(options=options, run_dir=folder / "run", log_dir=folder / "logs")


@pytest.mark.parametrize(("file_name", "status"), [("stripe.pickle", 200), (None, 404)])
async def test_a_customer_is_found_again(tmp_path: Path, file_name: str | None, status: int) -> None:
    state_file = tmp_path / file_name if file_name else None
    first = emulator(tmp_path, state_file)
    url = (await first.start())["STRIPE_API_BASE"]
    async with httpx.AsyncClient(headers=HEADERS) as http:
        customer_id = (await http.post(f"{url}/v1/customers", data={"email": "ada@people.test"})).json()["id"]
    await first.stop()

    second = emulator(tmp_path, state_file)
    url = (await second.start())["STRIPE_API_BASE"]
    async with httpx.AsyncClient(base_url=url, headers=HEADERS) as http:
        assert (await http.get(f"/v1/customers/{customer_id}")).status_code == status
        assert len((await http.get("/v1/webhook_endpoints")).json()["data"]) == 2, "registered anew, not twice"
    await second.stop()
