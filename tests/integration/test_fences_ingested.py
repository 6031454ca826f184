"""Owners' fences, judged in the transaction that stores the positions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Geofence
from dogwalk.db.models.tracking import FenceEdge
from dogwalk.db.repositories import fence_edge as edges
from dogwalk.domain.policy import Walking
from tests.support.ingesting import UnderWay, under_way
from tests.support.rows import open_rows
from tests.support.tracks import LAT, LON

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from tests.support.database import Template

INSIDE_M, OUTSIDE_M = 100.0, 500.0


@pytest.fixture
async def resources(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    async with open_rows(stack_environment, template) as opened:
        yield opened


@pytest.fixture
async def walk(resources: Resources) -> UnderWay:
    """What it sends is so young that it is news."""
    walk = await under_way(resources)
    return UnderWay(walk=walk.walk, opened_at=walk.now - timedelta(seconds=100), now=walk.now)


async def fence(walk: UnderWay, kind: str, **shape: Any) -> UUID:
    fence_id = uuid7()
    given = {"circle": {"lat": LAT, "lon": LON, "radius_m": 300.0}, "polygon": None, **shape}
    async with walk.resources.database.transaction() as session:
        booking = await session.get_one(Booking, walk.walk.booking_id)
        session.add(Geofence(id=fence_id, home_id=booking.home_id, name="x", kind=kind, created_at=walk.now, **given))
    return fence_id


async def found(walk: UnderWay) -> Sequence[FenceEdge]:
    async with walk.resources.database.transaction() as session:
        return (await session.scalars(select(FenceEdge).order_by(FenceEdge.at, FenceEdge.n))).all()


def leaving(walk: UnderWay) -> list[Any]:
    inside = [walk.point(float(n), distance_m=INSIDE_M) for n in range(5)]
    return [*inside, *(walk.point(60.0 + n, distance_m=OUTSIDE_M) for n in range(10))]


async def test_an_exit_is_an_edge_once_however_often_it_is_sent(walk: UnderWay) -> None:
    fence_id = await fence(walk, "safe_area")
    await walk.say("start", at=walk.opened_at)
    for _ in range(3):
        await walk.send(leaving(walk))
    [edge] = await found(walk)
    assert (edge.fence_id, edge.n, edge.kind, edge.is_entering) == (fence_id, 1, "safe_area", False)
    assert (edge.at, edge.is_late, edge.is_news) == (walk.opened_at + timedelta(seconds=60), False, True)


async def test_nothing_counts_before_the_start(walk: UnderWay) -> None:
    await fence(walk, "safe_area")
    await walk.say("start", at=walk.opened_at + timedelta(seconds=90))
    await walk.send(leaving(walk))
    assert await found(walk) == []


async def test_a_walk_keeps_the_fences_it_began_with(walk: UnderWay) -> None:
    await walk.say("start", at=walk.opened_at)
    await fence(walk, "safe_area")
    await walk.send(leaving(walk))
    assert (await found(walk), (await walk.row()).fences) == ([], [])


async def test_leaving_one_safe_area_for_another_is_no_news(walk: UnderWay) -> None:
    await fence(walk, "safe_area")
    await fence(walk, "safe_area", circle={"lat": LAT, "lon": LON, "radius_m": 3000.0})
    await walk.say("start", at=walk.opened_at)
    await walk.send(leaving(walk))
    assert [(edge.is_entering, edge.is_news) for edge in await found(walk)] == [(False, False)]


async def test_a_polygon_no_go_zone_is_entered(walk: UnderWay) -> None:
    east = LON + 0.004  # about 300 m
    corners = [[east, LAT - 0.003], [east + 0.02, LAT - 0.003], [east + 0.02, LAT + 0.003], [east, LAT + 0.003]]
    await fence(walk, "no_go", circle=None, polygon={"corners": corners})
    await walk.say("start", at=walk.opened_at)
    await walk.send(leaving(walk))
    [edge] = await found(walk)
    assert (edge.kind, edge.is_entering, edge.is_news) == ("no_go", True, True)


async def test_a_home_fence_of_the_owners_own_is_the_walks(walk: UnderWay) -> None:
    async def opened(radius_m: float, lat: float) -> tuple[float, float]:
        circle = {"lat": lat, "lon": LON, "radius_m": radius_m}
        await fence(walk, "home", circle=circle)
        given = {"walker_id": walk.walk.walker_id, "owner_id": walk.walk.owner_id, "home_lat": LAT, "home_lon": LON}
        async with walk.resources.database.transaction() as session:
            ids = {"booking_id": walk.walk.booking_id, "assignment_no": 2}
            await walk.resources.walk_recorder.open_walk(session, **ids, **given, policy_walking=Walking(), at=walk.now)
            from dogwalk.db.repositories import walk as walks

            made = await walks.get(session, walk.walk.booking_id, 2)
        assert made is not None
        return made.home_lat, made.home_radius_m

    assert await opened(200.0, LAT + 0.001) == (LAT + 0.001, 200.0)


async def test_an_edge_is_claimed_by_one_relay_alone(walk: UnderWay) -> None:
    await fence(walk, "safe_area")
    await walk.say("start", at=walk.opened_at)
    await walk.send(leaving(walk))
    database = walk.resources.database
    async with database.transaction() as session, database.transaction() as other:
        [mine] = await edges.claim(session, limit=10)
        assert await edges.claim(other, limit=10) == []
    async with database.transaction() as session:
        assert await edges.claim(session, limit=10) == []
        await edges.told(session, mine, at=walk.now)
    assert (mine.booking_id, mine.assignment_no, mine.n) == (walk.walk.booking_id, 1, 1)
