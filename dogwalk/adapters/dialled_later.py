"""A connection to Temporal that is dialled with the first call, and again with the next while nobody answers.

The SDK says RuntimeError when it cannot connect, and RPCError when a connection it has breaks: here both are RPCError, so
that an API that came up while Temporal was away answers as one that lost it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from temporalio.service import RPCError, RPCStatusCode, ServiceClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from temporalio.client import Client


def dialled_later(lazy: Client) -> Client:
    """The same client, whose calls raise RPCError `UNAVAILABLE` while nobody answers."""
    config = lazy.config()
    config["service_client"] = DialledLater(config["service_client"])
    return type(lazy)(**config)


class DialledLater(ServiceClient):
    def __init__(self, lazy: ServiceClient) -> None:
        super().__init__(lazy.config)
        self._lazy = lazy

    @property
    def worker_service_client(self) -> Any:
        return self._lazy.worker_service_client

    def update_rpc_metadata(self, metadata: Mapping[str, str | bytes]) -> None:
        self._lazy.update_rpc_metadata(metadata)

    def update_api_key(self, api_key: str | None) -> None:
        self._lazy.update_api_key(api_key)

    async def _rpc_call(self, rpc: str, req: Any, resp_type: Any, **how: Any) -> Any:
        try:
            return await self._lazy._rpc_call(rpc, req, resp_type, **how)  # noqa: SLF001 the one call all others make
        except RuntimeError as error:
            raise RPCError("Temporal does not answer", RPCStatusCode.UNAVAILABLE, b"") from error
