"""Which market a place belongs to, and the rules that hold there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dogwalk.db.repositories import market as markets
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.geo import haversine_m
from dogwalk.domain.money import check_currency
from dogwalk.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.market import Market
    from dogwalk.db.session import Database
    from dogwalk.domain.policy import MarketPolicy


@dataclass(frozen=True, kw_only=True, slots=True)
class MarketArea:
    """A market as it is published: a circle with one country (ISO 3166 alpha-2), currency and IANA time zone."""

    market_id: str
    name: str
    country: str
    currency: str
    time_zone: str
    center_lat: float
    center_lon: float
    radius_m: float


class Markets:
    """`default_market` is the last choice among the circles that hold a place, whatever its size."""

    def __init__(self, *, database: Database, default_market: str) -> None:
        self._database = database
        self._default_market = default_market

    async def at(self, session: AsyncSession, *, lat: float, lon: float, pointer: str = "/lat") -> Market:
        """As `find`. Raises InvalidInput `area_not_served`, with the pointer to where the place was named."""
        market = await self.find(session, lat=lat, lon=lon)
        if market is None:
            raise InvalidInput("There are no walkers here yet", code="area_not_served", pointer=pointer)
        return market

    async def find(self, session: AsyncSession, *, lat: float, lon: float) -> Market | None:
        """The smallest circle around the place, the default market's last."""
        holding = [market for market in await markets.every(session) if _holds(market, lat, lon)]
        order = sorted(holding, key=lambda market: (market.id == self._default_market, market.radius_m, market.id))
        return order[0] if order else None

    async def served(
        self, *, lat: float, lon: float, at: datetime, pointer: str = "/lat"
    ) -> tuple[Market, MarketPolicy]:
        """The market around the place and its policy in force. Raises InvalidInput `area_not_served`."""
        async with self._database.transaction() as session:
            market = await self.at(session, lat=lat, lon=lon, pointer=pointer)
            return market, await policies.in_force(session, market.id, at)

    async def policy_for(self, market_id: str, at: datetime) -> MarketPolicy:
        """The newest whose date has come. Raises NotFound `policy_not_found`."""
        async with self._database.transaction() as session:
            return await policies.in_force(session, market_id, at)

    async def publish(self, area: MarketArea, policy: MarketPolicy, *, valid_from: datetime, at: datetime) -> None:
        """Repeats do nothing. Raises InvalidInput `currency_not_served`; Conflict `policy_published` when the version
        stands with other rules: a policy never changes, a new version takes over.
        """
        check_currency(area.currency)
        document = policy.model_dump(mode="json")
        async with self._database.transaction() as session:
            await _put(session, area, at)
            standing = await markets.add_policy(
                session,
                market_id=area.market_id,
                version=policy.version,
                valid_from=valid_from,
                document=document,
                at=at,
            )
        if type(policy).model_validate(standing) != policy:
            raise Conflict("This version stands with other rules", code="policy_published", version=policy.version)


async def market_of(session: AsyncSession, market_id: str) -> Market:
    market = await markets.get(session, market_id)
    if market is None:
        raise NotFound("No such market")
    return market


async def _put(session: AsyncSession, area: MarketArea, at: datetime) -> None:
    await markets.put(
        session,
        market_id=area.market_id,
        at=at,
        name=area.name,
        country=area.country,
        currency=area.currency,
        time_zone=area.time_zone,
        center_lat=area.center_lat,
        center_lon=area.center_lon,
        radius_m=area.radius_m,
    )


def _holds(market: Market, lat: float, lon: float) -> bool:
    return haversine_m(market.center_lat, market.center_lon, lat, lon) <= market.radius_m
