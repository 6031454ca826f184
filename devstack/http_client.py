"""What the hands on a server have in common: one connection pool, closed at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import httpx

if TYPE_CHECKING:
    from types import TracebackType


class HttpClient:
    """Async context manager, or `close()` at the end. With a `bearer` every request says it."""

    def __init__(self, base_url: str, *, timeout_s: float, bearer: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer is not None else None
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers, timeout=timeout_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()
