"""Hands on the stand-ins, for tests and the demo: what somebody received, and trouble to come."""

from __future__ import annotations

import time
from typing import Any

from devstack.http_client import HttpClient

TIMEOUT_S = 70.0  # past the longest wait the inbox grants


class NothingReceived(AssertionError):
    """Nobody wrote to this recipient in time."""


class InboxClient(HttpClient):
    """A message: `{id, at, channel, to, subject, text, html, provider_data}`; `channel` is push, mail or sms."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, timeout_s=TIMEOUT_S)

    async def messages(
        self, *, to: str | None = None, channel: str | None = None, after: int = 0, wait_s: float = 0
    ) -> list[dict[str, Any]]:
        """Oldest first. With `wait_s`, as soon as there is one that fits, or an empty list."""
        asked: dict[str, str | float | None] = {"to": to, "channel": channel, "after": after, "wait_s": wait_s}
        answer = await self._http.get("/messages", params={key: value for key, value in asked.items() if value})
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def expect(
        self, *, to: str, text: str = "", channel: str | None = None, after: int = 0, within_s: float = 10.0
    ) -> dict[str, Any]:
        """The first that has `text` in its subject or text. Raises NothingReceived."""
        deadline = time.monotonic() + within_s
        while (left_s := deadline - time.monotonic()) > 0:
            for message in await self.messages(to=to, channel=channel, after=after, wait_s=left_s):
                if text in message["subject"] or text in message["text"]:
                    return message
                after = message["id"]
        raise NothingReceived(f"no {channel or 'message'} to {to} with {text!r} within {within_s} s")

    async def clear(self) -> None:
        (await self._http.delete("/messages")).raise_for_status()

    async def fault(
        self,
        channel: str,
        *,
        to: str = "*",
        status: int | None = None,
        code: str = "",
        lost: bool = False,
        slow_s: float = 0.0,
        times: int | None = 1,
    ) -> None:
        """`status` with `code`: the provider's own answer instead of the work. `lost`: received, never answered."""
        body: dict[str, object] = {"channel": channel, "to": to, "status": status, "code": code}
        body |= {"lost": lost, "slow_s": slow_s, "times": times}
        (await self._http.post("/faults", json=body)).raise_for_status()

    async def clear_faults(self) -> None:
        (await self._http.delete("/faults")).raise_for_status()
