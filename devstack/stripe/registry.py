"""From a key to what it sees. Any `sk_test_…` opens an empty account; its publishable key sees the same one."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devstack.stripe.errors import StripeFault
from devstack.stripe.merchant import Merchant
from devstack.stripe.webhooks import Webhooks

if TYPE_CHECKING:
    import httpx

_KEY = re.compile(r"^(sk|rk|pk)_test_([A-Za-z0-9_.-]+)$")


@dataclass(frozen=True, slots=True)
class Caller:
    merchant: Merchant
    is_public: bool


class Registry:
    def __init__(self, *, client: httpx.AsyncClient) -> None:
        self._client = client
        self._merchants: dict[str, Merchant] = {}

    def caller(self, *, authorization: str | None, key: str | None) -> Caller:
        """`authorization` (Bearer, or Basic with the key as user name) goes before `key`, the query parameter."""
        match = _KEY.match(_key_from(authorization) or key or "")
        if match is None:
            raise StripeFault("Invalid API Key provided.", status=401)
        return Caller(self.open(match[2]), is_public=match[1] == "pk")

    def merchants(self) -> list[Merchant]:
        return list(self._merchants.values())

    async def reset(self, merchant: Merchant) -> None:
        self._merchants.pop(merchant.suffix, None)
        await merchant.webhooks.close()

    async def close(self) -> None:
        for merchant in self.merchants():
            await self.reset(merchant)

    def open(self, suffix: str) -> Merchant:
        if suffix not in self._merchants:
            self._merchants[suffix] = Merchant(suffix=suffix, webhooks=Webhooks(client=self._client))
        return self._merchants[suffix]


def _key_from(authorization: str | None) -> str | None:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
