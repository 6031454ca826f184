"""What holds at a place: asked by the app when it starts, and where somebody looks for a walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from api.deps import Res, public
from api.errors import problems
from api.readers import MarketsFound
from api.rendering import clauses_view
from api.schemas.market import ConfigView, MarketView, Requirements, ServiceView, Surcharges
from api.schemas.money import Money

if TYPE_CHECKING:
    from dogwalk.db.models.market import Market
    from dogwalk.domain.policy import Pricing

router = APIRouter(tags=["household"])


@router.get("/v1/config", dependencies=[public], responses=problems(404))
async def get_config(
    res: Res,
    markets: MarketsFound,
    lat: Annotated[float, Query(ge=-90, le=90)],
    lon: Annotated[float, Query(ge=-180, le=180)],
) -> ConfigView:
    """Market, rate card and rules around a place. 422 `area_not_served` where there are no walkers yet."""
    market, policy = await markets.served(lat=lat, lon=lon, at=res.clock.now(), pointer="/query/lat")
    return ConfigView(
        market=_market(market),
        policy_version=policy.version,
        services=_services(policy.pricing, market.currency),
        surcharges=_surcharges(policy.pricing, market.currency),
        cancellation=clauses_view(policy.cancellation),
        requirements=Requirements(vaccination=policy.gates.vaccination_required, report=policy.gates.report_required),
        publishable_key=res.settings.stripe_publishable_key,
        least_app_version=res.settings.least_app_version,
    )


def _market(market: Market) -> MarketView:
    return MarketView(
        id=market.id, name=market.name, country=market.country, currency=market.currency, time_zone=market.time_zone
    )


def _services(pricing: Pricing, currency: str) -> list[ServiceView]:
    return [
        ServiceView(
            service=name,
            duration_s=rate.duration_s,
            price=Money(amount=rate.base, currency=currency),
            needs_walker_id=rate.is_free,
        )
        for name, rate in sorted(pricing.rates.items())
    ]


def _surcharges(pricing: Pricing, currency: str) -> Surcharges:
    return Surcharges(
        extra_dog_percent=pricing.extra_dog_percent,
        holiday_percent=pricing.holiday_percent,
        short_notice_percent=pricing.short_notice_percent,
        short_notice_s=pricing.short_notice_s,
        puppy_percent=pricing.puppy_percent,
        service_fee_percent=pricing.owner_fee_percent,
        service_fee_max=Money(amount=pricing.owner_fee_max, currency=currency),
    )
