"""The query of candidates orders as the pure ranking does, and takes the best of all who fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from dogwalk.db.repositories import candidate
from dogwalk.domain.geo import haversine_m
from dogwalk.domain.matching import rank
from tests.support.households import publish_market
from tests.support.walkers import make_walker, noon, search_at

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.api import Api

MANY = 60


async def test_the_query_takes_the_best_of_all_in_the_order_of_the_pure_ranking(api: Api) -> None:
    await publish_market(api)
    chance = Random(7)
    start = noon()
    for _ in range(MANY):
        await make_walker(api, distance_m=chance.uniform(0, 4900), **_facts(chance, start))
    found = await _found(api, replace(search_at(start), limit=MANY))
    ranked = [one.candidate for one in rank(found, at=start)]
    assert len(found) == MANY
    assert found == ranked
    assert await _found(api, replace(search_at(start), limit=7)) == ranked[:7]


async def test_equal_walkers_stand_in_the_order_of_their_ids(api: Api) -> None:
    await publish_market(api)
    walkers = [await make_walker(api, distance_m=100) for _ in range(5)]
    found = await _found(api, search_at(noon()))
    assert [one.walker_id for one in found] == sorted(walkers)


async def test_reach_leaves_nobody_out_whom_the_distance_lets_in(api: Api) -> None:
    """At the edge of her radius, half as much again in a rescue wave, in every direction and far in the north."""
    chance = Random(11)
    start = noon()
    for lat in (0.0, 47.0, -60.0, 69.0):
        grace = await make_walker(api, home_lat=lat, home_lon=20.0, service_radius_m=50_000)
        for _ in range(12):
            place = {"lat": lat + chance.uniform(-0.8, 0.8), "lon": 20.0 + chance.uniform(-2.5, 2.5)}
            search = replace(search_at(start), **place, radius_percent=150, only=[grace])
            distance_m = haversine_m(place["lat"], place["lon"], lat, 20.0)
            assert bool(await _found(api, search)) is (distance_m <= 75_000), (lat, place, distance_m)


def _facts(chance: Random, start: datetime) -> dict[str, Any]:
    received = chance.randrange(40)
    return {
        "rating": chance.choice([1.0, 3.2, 4.5, 5.0]),
        "offers_received": received,
        "offers_accepted": chance.randint(0, received),
        "last_walk_at": chance.choice([None, start - timedelta(days=chance.uniform(-1, 12))]),
    }


async def _found(api: Api, search: candidate.Search) -> list[candidate.Candidate]:
    async with api.resources.database.transaction() as session:
        return list(await candidate.candidates(session, search))
