"""Owners who come to the API with dogs and homes, in a market that was published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dogwalk.domain.policy import MarketPolicy
from dogwalk.services.market import MarketArea, Markets
from tests.support.api import Api, Caller

if TYPE_CHECKING:
    import httpx


LAT, LON = 40.7812, -73.9665
AREA = MarketArea(
    market_id="uptown",
    name="Uptown",
    country="US",
    currency="usd",
    time_zone="America/New_York",
    center_lat=LAT,
    center_lon=LON,
    radius_m=20_000,
)
DOG = {"name": "Rex", "breed": "Beagle", "weight_kg": 12.5, "born_on": "2021-05-04", "sex": "male"}
HOME = {"label": "Home", "address": "1 Canary Street", "lat": LAT, "lon": LON}


async def publish_market(api: Api, *, policy: MarketPolicy | None = None, **area: Any) -> None:
    """`area`: what is different about the market."""
    now = api.clock.now()
    markets = Markets(database=api.resources.database, default_market=api.settings.default_market)
    await markets.publish(replace(AREA, **area), policy or MarketPolicy(), valid_from=now, at=now)


@dataclass(kw_only=True)
class Phone:
    """One person's app: a new key with every command unless one is given."""

    api: Api
    who: Caller

    async def get(self, path: str) -> httpx.Response:
        return await self.api.http.get(path, headers=self.who.headers)

    async def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        headers = {**self.who.headers, "Idempotency-Key": key or str(uuid4())}
        return await self.api.http.post(path, json=body, headers=headers)

    async def patch(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.api.http.patch(path, json=body, headers=self.who.headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.api.http.delete(path, headers=self.who.headers)

    async def dog(self, **fields: Any) -> str:
        return await self._made("/v1/dogs", {**DOG, **fields})

    async def home(self, **fields: Any) -> str:
        return await self._made("/v1/homes", {**HOME, **fields})

    async def _made(self, path: str, body: dict[str, Any]) -> str:
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


async def phone_of_owner(api: Api) -> Phone:
    return Phone(api=api, who=await api.caller())


def pointers(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {one["pointer"] for one in answer.json()["errors"]}
