"""Support at its desk, for tests: one person, her second factor fresh or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.api import Api, Caller

if TYPE_CHECKING:
    import httpx

    from dogwalk.domain.role import Role


@dataclass(kw_only=True)
class Desk:
    """One person of support, her second factor fresh."""

    api: Api
    who: Caller

    async def post(self, path: str, **body: Any) -> httpx.Response:
        headers = {**self.who.headers, "Idempotency-Key": str(uuid4())}
        return await self.api.http.post(f"/v1/support/{path}", json={"reason": "because", **body}, headers=headers)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.api.http.get(f"/v1/support/{path}", params=query, headers=self.who.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def agent_of(api: Api, *roles: Role, acr: str = "mfa", ago: timedelta = timedelta()) -> Desk:
    return Desk(api=api, who=await api.agent(*roles, acr=acr, ago=ago))
