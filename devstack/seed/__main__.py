"""`python -m devstack.seed`, on the database and the Stripe that the environment names."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING

import structlog

from devstack.seed import accounts, household, money
from devstack.seed.logins import AUTHENTICATOR, PASSWORD
from devstack.seed.people import HOME_LAT, HOME_LON, PEOPLE, TIME_ZONE
from dogwalk.bootstrap import open_resources
from dogwalk.config import Settings
from dogwalk.domain.policy import MarketPolicy
from dogwalk.domain.role import Role
from dogwalk.services.market import MarketArea, Markets

if TYPE_CHECKING:
    from uuid import UUID

    from devstack.seed.people import SeededPerson
    from dogwalk.bootstrap import Resources

RADIUS_M = 40_000.0


async def seed(settings: Settings, *, password: str, authenticator: str) -> None:
    async with open_resources(settings) as resources:
        markets = Markets(database=resources.database, default_market=settings.default_market)
        await _open_market(resources, markets)
        for person in PEOPLE:
            await _seed(resources, markets, person, password=password, authenticator=authenticator)


async def _open_market(resources: Resources, markets: Markets) -> None:
    area = MarketArea(
        market_id=resources.settings.default_market,
        name="New York",
        country="US",
        currency="usd",
        time_zone=TIME_ZONE,
        center_lat=HOME_LAT,
        center_lon=HOME_LON,
        radius_m=RADIUS_M,
    )
    now = resources.clock.now()
    await markets.publish(area, MarketPolicy(), valid_from=now, at=now)


async def _seed(
    resources: Resources, markets: Markets, person: SeededPerson, *, password: str, authenticator: str
) -> None:
    person_id = await accounts.account(resources, person, password=password)
    if person.has_second_factor:
        await accounts.second_factor(resources, person_id, secret=authenticator)
    if person.dogs:
        await household.settle_in(resources, markets, person_id, person)
    if Role.WALKER in person.roles:
        await household.open_for_walks(resources, markets, person_id, person)
    if money.is_stand_in(resources.settings):
        await _with_money(resources, markets, person_id, person)


async def _with_money(resources: Resources, markets: Markets, person_id: UUID, person: SeededPerson) -> None:
    if Role.OWNER in person.roles:
        await money.save_card(resources, person_id)
    if Role.WALKER in person.roles:
        await money.open_payout_account(resources, markets, person_id)


def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    settings = Settings()
    if settings.is_production:
        print("production is not seeded", file=sys.stderr)
        return 1
    asyncio.run(seed(settings, password=os.environ[PASSWORD], authenticator=os.environ[AUTHENTICATOR]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
