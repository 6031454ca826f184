"""What an app does with the API: its token, a key for each command, another try when the answer says so."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from devstack.http_client import HttpClient

Json = dict[str, Any]

TIMEOUT_S = 30.0
TRIES = 5
LONGEST_PAUSE_S = 2.0


class Refused(Exception):
    """The API's own words: status, code and detail of its problem."""

    def __init__(self, method: str, path: str, answer: httpx.Response) -> None:
        problem = _problem(answer)
        self.status = answer.status_code
        self.code = str(problem.get("code", ""))
        reason = " ".join(
            str(part) for part in (self.code, problem.get("detail", ""), problem.get("errors", "")) if part
        )
        super().__init__(f"{method} {path}: {self.status} {reason}")


class App(HttpClient):
    """One person's app. Every command has a key of its own, so that a second try is no second command."""

    def __init__(self, base_url: str) -> None:
        super().__init__(base_url, timeout_s=TIMEOUT_S)

    def sign_in(self, access_token: str) -> None:
        self._http.headers["Authorization"] = f"Bearer {access_token}"

    async def get(self, path: str) -> Json:
        return await self._call("GET", path, None)

    async def post(self, path: str, body: Json | None = None, *, token: str | None = None) -> Json:
        """`token` in place of the person's own."""
        return await self._call("POST", path, body or {}, token=token)

    async def put(self, path: str, body: Json) -> Json:
        return await self._call("PUT", path, body)

    async def send_photo(self, path: str, photo: bytes) -> Json:
        return await self._call("POST", path, None, photo=photo)

    async def fetch(self, url: str) -> bytes:
        """What an address leads to, which needs nobody's token."""
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
            return (await http.get(url)).raise_for_status().content

    async def _call(
        self, method: str, path: str, body: Json | None, *, token: str | None = None, photo: bytes | None = None
    ) -> Json:
        headers = {} if method == "GET" else {"Idempotency-Key": str(uuid4())}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        for _ in range(TRIES):
            files = {"file": ("IMG_0001.JPG", photo, "image/jpeg")} if photo is not None else None
            answer = await self._http.request(method, path, json=body, files=files, headers=headers)
            if not _may_be_repeated(answer):
                break
            await asyncio.sleep(min(float(answer.headers.get("Retry-After", 1)), LONGEST_PAUSE_S))
        if answer.is_error:
            raise Refused(method, path, answer)
        return dict(answer.json()) if answer.content else {}


def _may_be_repeated(answer: httpx.Response) -> bool:
    busy = {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS}
    return answer.status_code in busy or _problem(answer).get("code") == "idempotency_in_flight"


def _problem(answer: httpx.Response) -> Json:
    if "problem+json" not in answer.headers.get("Content-Type", ""):
        return {}
    found: Json = answer.json()
    return found
