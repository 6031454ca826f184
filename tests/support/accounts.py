"""People who come to the API by its own front door: they register, read their mail, carry an authenticator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyotp

from devstack.standins.client import InboxClient
from tests.support.api import Api

if TYPE_CHECKING:
    import httpx


PASSWORD = "correct horse battery staple"


@dataclass(kw_only=True)
class Somebody:
    """One person with what she knows: her password, and after log-in her tokens."""

    api: Api
    inbox: InboxClient
    email: str
    password: str = PASSWORD
    access_token: str = ""
    refresh_token: str = ""
    totp_secret: str = ""
    confirmed_with: str = ""

    async def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self.api.http.post(path, json=body or {}, headers=self.headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.api.http.get(path, headers=self.headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.api.http.delete(path, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}

    async def register(self, **fields: Any) -> httpx.Response:
        given = {"email": self.email, "password": self.password, "name": "Ada Lovelace", "role": "owner", **fields}
        return await self.api.http.post("/v1/auth/register", json=given)

    async def mailed_code(self, *, after: int = 0) -> str:
        """The six digits of the next mail."""
        mail = await self.inbox.expect(to=self.email, text="is the code", channel="mail", after=after)
        return digits(mail["text"])

    async def join(self, **fields: Any) -> Somebody:
        """Registered, proven, logged in."""
        challenge = (await self.register(**fields)).json()["challenge"]
        body = {"challenge": challenge, "code": await self.mailed_code()}
        self.keep(await self.api.http.post("/v1/auth/email/verify", json=body))
        return self

    async def log_in(self, password: str | None = None) -> httpx.Response:
        body = {"email": self.email, "password": password or self.password}
        return await self.api.http.post("/v1/auth/login", json=body)

    async def refresh(self, token: str | None = None) -> httpx.Response:
        return await self.api.http.post("/v1/auth/refresh", json={"refresh_token": token or self.refresh_token})

    async def turn_second_factor_on(self) -> list[str]:
        """Her recovery codes."""
        self.totp_secret = (await self.post("/v1/auth/2fa/enroll")).json()["secret"]
        self.confirmed_with = self.authenticator()
        answer = await self.post("/v1/auth/2fa/confirm", {"code": self.confirmed_with})
        assert answer.status_code == 200, answer.text
        codes: list[str] = answer.json()["recovery_codes"]
        return codes

    def authenticator(self, *, later_s: float = 0.0) -> str:
        """What her phone shows. A code is used once: the next is one step, 30 s, later."""
        return pyotp.TOTP(self.totp_secret).at(int(self.api.resources.wall_clock.now().timestamp() + later_s))

    def keep(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        self.access_token, self.refresh_token = answer.json()["access_token"], answer.json()["refresh_token"]

    async def rights(self) -> int:
        """How /v1/me answers."""
        return (await self.get("/v1/me")).status_code


def somebody(api: Api, inbox: InboxClient) -> Somebody:
    return Somebody(api=api, inbox=inbox, email=f"{uuid4().hex}@people.test")


def digits(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found, "no code in the message"
    return found.group()
