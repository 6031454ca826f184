"""`python -m devstack.compose`: what docker-compose.yml's services must be told once: search attributes, webhooks."""

from __future__ import annotations

import asyncio
import os

from devstack.parts import newest, project_search_attributes
from devstack.payment_emulator import WEBHOOK_PATH
from devstack.stripe.client import ControlPlane
from devstack.temporal_client import has_search_attributes
from dogwalk.config import Settings

PAUSE_S = 0.5


async def prepare(settings: Settings, *, api_url: str) -> None:
    wanted = project_search_attributes()
    while not await has_search_attributes(  # noqa: ASYNC110 a server in another container sends no event
        address=settings.temporal_address, namespace=settings.temporal_namespace, wanted=wanted
    ):
        await asyncio.sleep(PAUSE_S)
    url = f"{api_url}{WEBHOOK_PATH}"
    async with ControlPlane(settings.stripe_api_base or "", settings.stripe_api_key.get_secret_value()) as control:
        await control.add_webhook(url, newest(settings.stripe_webhook_secrets.get_secret_value()))
        connect_secret = newest(settings.stripe_connect_webhook_secrets.get_secret_value())
        await control.add_webhook(f"{url}/connect", connect_secret, connect=True)


if __name__ == "__main__":
    asyncio.run(prepare(Settings(), api_url=os.environ["API_WEBHOOK_URL"]))
