"""One Temporal client for API, workers, tests and replayer: Pydantic payloads, all sealed, updates signed as ours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.client import Client

from dogwalk.adapters.dialled_later import dialled_later
from dogwalk.adapters.payload_converter import data_converter
from dogwalk.adapters.update_door import UpdateDoor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.client import Interceptor
    from temporalio.runtime import Runtime

    from dogwalk.adapters.payload_codec import Keys
    from dogwalk.config import Settings
    from dogwalk.ports import KeyVault


CONNECT_TIMEOUT = timedelta(seconds=5)  # an address that swallows what is sent to it must not hold a request


async def connect(
    settings: Settings,
    *,
    keys: Keys,
    vault: KeyVault,
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
    lazy: bool = False,
) -> Client:
    """`lazy`: nothing is dialled before the first call, so that an API comes up while Temporal is away."""
    api_key = settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None
    client = await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        api_key=api_key,
        tls=bool(api_key),
        data_converter=data_converter(keys),
        interceptors=[UpdateDoor(vault=vault), *interceptors],
        runtime=runtime,
        lazy=lazy,
        connect_timeout=CONNECT_TIMEOUT,
    )
    return dialled_later(client) if lazy else client
