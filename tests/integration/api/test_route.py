"""A walk's route over HTTP: who sees it, when, and in which format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import gpxpy
import polyline
import pytest

from devstack.walks import OPEN_SKY, synthetic_walk
from dogwalk.domain.policy import Walking
from dogwalk.domain.role import Role
from tests.support.api import Api, Caller
from tests.support.tracks import Assigned, assigned

if TYPE_CHECKING:
    import httpx

    from dogwalk.domain.track import Fix

WALK_S = 900
PRECISION = 5


@dataclass(kw_only=True)
class Lane:
    """One assigned walk that began a quarter of an hour ago, and those who look at it."""

    api: Api
    walk: Assigned
    owner: Caller
    walker: Caller
    started_at: datetime

    async def start(self) -> None:
        async with self.api.resources.database.transaction() as session:
            await self.api.resources.walk_recorder.start(session, **self.walk.ids, at=self.started_at)

    async def finish(self) -> None:
        async with self.api.resources.database.transaction() as session:
            await self.api.resources.walk_recorder.finish(
                session,
                **self.walk.ids,
                started_at=self.started_at,
                finished_at=self.started_at + timedelta(seconds=WALK_S),
                booked_s=WALK_S,
                policy=Walking(),
                at=self.api.clock.now(),
            )

    async def get(self, caller: Caller | None = None, **headers: str) -> httpx.Response:
        path = f"/v1/bookings/{self.walk.booking_id}/route"
        return await self.api.http.get(path, headers={**(caller or self.owner).headers, **headers})

    def fixes(self, *, first_s: float = 0.0) -> list[Fix]:
        began_s = self.started_at.timestamp()
        walk = synthetic_walk(seed=3, duration_s=WALK_S, started_at_s=began_s, reception=OPEN_SKY)
        return [fix for fix in walk.fixes if fix.at_s >= began_s + first_s]


@pytest.fixture
async def lane(api: Api) -> Lane:
    walk = await assigned(api.resources)
    return Lane(
        api=api,
        walk=walk,
        owner=api.signed_in(walk.owner_id, Role.OWNER),
        walker=api.signed_in(walk.walker_id, Role.WALKER),
        started_at=(datetime.now(UTC) - timedelta(seconds=WALK_S)).replace(microsecond=0),
    )


def nothing(lane: Lane) -> dict[str, Any]:
    return {
        "booking_id": str(lane.walk.booking_id),
        "status": "not_started",
        "started_at": None,
        "finished_at": None,
        "polyline": "",
        "polyline_precision": PRECISION,
        "figures": None,
    }


async def test_nothing_is_shown_before_the_start(lane: Lane) -> None:
    await lane.walk.store(lane.fixes())
    for caller in (lane.owner, lane.walker):
        answer = await lane.get(caller)
        assert answer.status_code == 200
        assert answer.json() == nothing(lane)


async def test_on_the_way_there_is_what_came_since_the_start(lane: Lane) -> None:
    await lane.walk.store([fix._replace(at_s=fix.at_s - 300, lat=fix.lat + 0.01) for fix in lane.fixes()[:300]])
    await lane.walk.store(lane.fixes()[:600])
    await lane.start()
    route = (await lane.get()).json()
    assert (route["status"], route["finished_at"]) == ("in_progress", None)
    assert route["figures"]["positions"] == 600
    assert route["figures"]["distance_m"] > 300
    assert all(abs(lat - 48.1372) < 0.009 for lat, _ in polyline.decode(route["polyline"], PRECISION))


async def test_a_started_walk_without_positions_has_empty_figures(lane: Lane) -> None:
    await lane.start()
    route = (await lane.get()).json()
    assert (route["polyline"], route["figures"]["quality"], route["figures"]["coverage"]) == ("", "none", 0.0)


async def test_a_finished_walk_has_its_route_and_figures(lane: Lane) -> None:
    await lane.walk.store(lane.fixes())
    await lane.start()
    await lane.finish()
    answer = await lane.get()
    route, figures = answer.json(), answer.json()["figures"]
    assert (route["status"], figures["quality"], figures["coverage"]) == ("finished", "good", 1.0)
    assert figures["distance_low_m"] <= figures["distance_m"] <= figures["distance_high_m"]
    assert figures["elapsed_s"] == WALK_S
    assert figures["moving_s"] + figures["paused_s"] == pytest.approx(WALK_S, abs=1)
    assert len(polyline.decode(route["polyline"], PRECISION)) > 5
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "Accept"
    assert (await lane.get(lane.walker)).json() == route


async def test_geojson_draws_the_same_line(lane: Lane) -> None:
    await lane.walk.store(lane.fixes())
    await lane.start()
    await lane.finish()
    drawn = polyline.decode((await lane.get()).json()["polyline"], PRECISION)
    answer = await lane.get(Accept="application/geo+json")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["cache-control"] == "private, no-store"
    feature = answer.json()
    assert feature["geometry"] == {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in drawn]}
    assert feature["properties"]["figures"]["elapsed_s"] == WALK_S


async def test_geojson_without_a_line_has_no_geometry(lane: Lane) -> None:
    feature = (await lane.get(Accept="application/geo+json")).json()
    assert (feature["type"], feature["geometry"]) == ("Feature", None)


async def test_gpx_holds_every_credible_position_and_breaks_at_gaps(lane: Lane) -> None:
    fixes = [fix for fix in lane.fixes() if not 300 < fix.at_s - lane.started_at.timestamp() < 600]
    await lane.walk.store(fixes)
    await lane.start()
    await lane.finish()
    answer = await lane.get(Accept="text/html, application/gpx+xml;q=0.9, */*;q=0.1")
    assert answer.headers["content-type"] == "application/gpx+xml"
    (track,) = gpxpy.parse(answer.text).tracks
    first, second = track.segments
    used = (await lane.get()).json()["figures"]["positions_used"]
    assert len(first.points) + len(second.points) == used
    assert first.points[0].time == lane.started_at
    assert (first.points[0].latitude, first.points[0].longitude) == (fixes[0].lat, fixes[0].lon)


async def test_an_empty_route_is_valid_gpx(lane: Lane) -> None:
    (track,) = gpxpy.parse((await lane.get(Accept="application/gpx+xml")).text).tracks
    assert track.segments == []


async def test_a_stranger_finds_nothing(lane: Lane) -> None:
    await lane.start()
    for role in (Role.OWNER, Role.WALKER):
        answer = await lane.get(await lane.api.caller(role))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_walker_who_lost_the_walk_finds_nothing(lane: Lane) -> None:
    from dogwalk.db.repositories import booking as bookings

    await lane.start()
    async with lane.api.resources.database.transaction() as session:
        await bookings.project(session, lane.walk.booking_id, 100, walker_id=None, assignment_no=1)
    assert (await lane.get(lane.walker)).status_code == 404
    assert (await lane.get(lane.owner)).status_code == 200


async def test_without_a_token_there_is_no_route(lane: Lane) -> None:
    answer = await lane.api.http.get(f"/v1/bookings/{lane.walk.booking_id}/route")
    assert answer.status_code == 401
