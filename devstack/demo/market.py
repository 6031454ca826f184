"""What the API cannot do for us yet: publishing a market, granting verification. Through the services, as `seed` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.domain.policy import Hold, MarketPolicy, Offers, Pricing, Rate, Settlement, Walking
from dogwalk.services.market import MarketArea, Markets
from dogwalk.services.verification import Verification

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from dogwalk.bootstrap import Resources

MARKET = "demo"
RADIUS_M = 20_000.0
MINUTE_S = 60
HOUR_S = 3600
# The walk's positions run ahead of the clock, as far as a long GPX file is long.
AHEAD_MAX_S = 12 * HOUR_S
TRANSFER_AFTER_S = 2


def demo_policy(*, walk_s: float) -> MarketPolicy:
    """Seconds instead of hours. The booked time is the walk's own in whole minutes, so that it is served in full, however
    short the file is.
    """
    booked_s = int(walk_s) // MINUTE_S * MINUTE_S or max(1, int(walk_s))
    standard = Pricing()
    rates = standard.rates | {"walk_30": Rate(duration_s=booked_s, base=standard.rates["walk_30"].base)}
    return MarketPolicy(
        version=f"demo-{booked_s}",
        pricing=standard.model_copy(update={"rates": rates, "short_notice_s": 0}),
        hold=Hold(action_ttl_s=MINUTE_S, action_ttl_asap_s=MINUTE_S),
        offers=Offers(wave_s=30, matching_ends_before_start_s=0, min_lead_s=0, travel_buffer_s=0),
        walking=Walking(
            on_the_way_before_s=HOUR_S, start_before_s=HOUR_S, ahead_max_s=AHEAD_MAX_S, not_served_below_s=0
        ),
        settlement=Settlement(transfer_after_s=TRANSFER_AFTER_S, late_positions_s=1),
    )


async def publish(resources: Resources, policy: MarketPolicy, *, home: tuple[float, float]) -> None:
    area = MarketArea(
        market_id=MARKET,
        name="Demo",
        country="US",
        currency="usd",
        time_zone="UTC",
        center_lat=home[0],
        center_lon=home[1],
        radius_m=RADIUS_M,
    )
    markets = Markets(database=resources.database, default_market=resources.settings.default_market)
    now = resources.clock.now()
    await markets.publish(area, policy, valid_from=now, at=now)


async def grant(resources: Resources, walker_ids: Iterable[UUID]) -> None:
    verification = Verification(database=resources.database)
    for walker_id in walker_ids:
        await verification.grant(walker_id, by="demo", reason="plays in the demo", at=resources.clock.now())
