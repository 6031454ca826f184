"""Walkers as owners find them; favourites and blocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import Range

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Offer
from dogwalk.db.models.walker import WalkerCalendar
from dogwalk.db.repositories import candidate
from dogwalk.domain.availability import Slot, is_open
from dogwalk.domain.geo import coarse_point
from dogwalk.domain.local_time import zone
from dogwalk.domain.role import Role
from tests.support.households import LAT, LON, Phone, phone_of_owner, publish_market
from tests.support.rows import make_booking
from tests.support.walkers import HALF_AN_HOUR, ZONE, make_walker, noon, search_at

if TYPE_CHECKING:
    from tests.support.api import Api


@pytest.fixture
async def ada(api: Api) -> Phone:
    await publish_market(api)
    return await phone_of_owner(api)


async def make_busy(api: Api, walker_id: UUID, starts_at: datetime, ends_at: datetime, *, buffer_min: int = 0) -> None:
    buffer = timedelta(minutes=buffer_min)
    async with api.resources.database.transaction() as session:
        session.add(
            WalkerCalendar(
                walker_id=walker_id,
                kind="time_off",
                starts_at=starts_at,
                ends_at=ends_at,
                travel_buffer=buffer,
                blocked=Range(starts_at, ends_at + buffer, bounds="[)"),
                created_at=api.clock.now(),
            )
        )


async def find(phone: Phone, starts_at: datetime | None = None, **more: Any) -> list[dict[str, Any]]:
    given = {"lat": LAT, "lon": LON, "starts_at": (starts_at or noon()).isoformat(), "duration_s": 1800, **more}
    answer = await phone.api.http.get("/v1/walkers", params=given, headers=phone.who.headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def found_ids(phone: Phone, starts_at: datetime | None = None) -> set[str]:
    return {one["walker"]["id"] for one in await find(phone, starts_at)}


async def slots(phone: Phone, walker_id: UUID, from_: datetime, to: datetime) -> list[datetime]:
    span = {"from": from_.isoformat(), "to": to.isoformat(), "duration_s": 1800}
    path = f"/v1/walkers/{walker_id}/slots"
    answer = await phone.api.http.get(path, params=span, headers=phone.who.headers)
    assert answer.status_code == 200, answer.text
    return [datetime.fromisoformat(one["starts_at"]) for one in answer.json()["items"]]


async def test_walkers_are_found_the_best_first_and_nothing_says_where_they_live(api: Api, ada: Phone) -> None:
    near, far = await make_walker(api, distance_m=700), await make_walker(api, distance_m=2600)
    found = await find(ada)
    assert [one["walker"]["id"] for one in found] == [str(near), str(far)]
    assert found[0]["score"] > found[1]["score"]
    assert all(one["distance_m"] % 500 == 0 for one in found)
    assert not {"home_lat", "home_lon", "lat", "lon"} & (found[0].keys() | found[0]["walker"].keys())
    assert found[0]["walker"]["first_name"] == "Grace"


async def test_where_she_lives_within_500_m_changes_nothing_that_is_shown(api: Api, ada: Phone) -> None:
    """From three places: a score of six digits would give three distances."""
    lat, lon = coarse_point(LAT + 0.01, LON, grid_m=500.0)
    here, there = [await make_walker(api, home_lat=lat + off, home_lon=lon - off) for off in (0.001, -0.001)]
    for north in (-0.02, 0.0, 0.02):
        found = {one["walker"]["id"]: (one["distance_m"], one["score"]) for one in await find(ada, lat=LAT + north)}
        assert found[str(here)] == found[str(there)]


async def test_only_those_are_found_who_could_come(api: Api, ada: Phone) -> None:
    at = noon()
    fits = await make_walker(api)
    await make_walker(api, distance_m=9000)
    await make_walker(api, verified_at=None)
    await make_walker(api, two_factor_on=False)
    await make_walker(api, suspended_at=at)
    await make_walker(api, blocked_until=api.clock.now() + timedelta(hours=1))
    await make_walker(api, week=[])
    busy = await make_walker(api)
    await make_busy(api, busy, at - timedelta(minutes=40), at - timedelta(minutes=10), buffer_min=15)
    before_another = await make_walker(api)
    await make_busy(api, before_another, at + timedelta(minutes=40), at + timedelta(minutes=70))
    assert await found_ids(ada, at) == {str(fits)}


async def test_where_there_is_no_market_nobody_is_looked_for(ada: Phone) -> None:
    given = {"lat": 10, "lon": 10, "starts_at": noon().isoformat(), "duration_s": 1800}
    answer = await ada.api.http.get("/v1/walkers", params=given, headers=ada.who.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "area_not_served")


async def test_slots_leave_out_what_stands_and_the_ways(api: Api, ada: Phone) -> None:
    grace = await make_walker(api)
    at = noon()
    await make_busy(api, grace, at + timedelta(hours=1), at + timedelta(hours=2), buffer_min=15)
    starts = await slots(ada, grace, at, at + timedelta(hours=3))
    minutes = [round((start - at).total_seconds() / 60) for start in starts]
    # 30 min and 15 min of way before 60; free again from 135.
    assert minutes == [0, 15, 135, 150, 165]


async def test_starts_are_those_that_may_be_booked_and_none_while_she_gets_no_requests(api: Api, ada: Phone) -> None:
    now = api.clock.now()
    free, blocked = await make_walker(api), await make_walker(api, blocked_until=now + timedelta(hours=3))
    assert min(await slots(ada, free, now, now + timedelta(hours=6))) >= now + timedelta(hours=1)
    year = now + timedelta(days=366)
    assert max(await slots(ada, free, year - timedelta(hours=3), year + timedelta(hours=3))) <= year
    assert await slots(ada, blocked, now, now + timedelta(hours=6)) == []


async def test_search_ranking_cards_favourites_and_blocks_are_one_query(api: Api, ada: Phone) -> None:
    near, far = await make_walker(api, distance_m=700), await make_walker(api, distance_m=2600)
    assert (await api.http.put(f"/v1/walkers/{far}/favourite", headers=ada.who.headers)).status_code == 204
    asked: list[str] = []
    engine = api.resources.database.engine.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    found = await find(ada)
    event.remove(engine, "before_cursor_execute", note)
    assert [(one["walker"]["id"], one["walker"]["favourite"]) for one in found] == [
        (str(near), False),
        (str(far), True),
    ]
    assert [one["walker"]["blocked"] for one in found] == [False, False]
    assert sum("walker" in statement or "person" in statement for statement in asked) == 1


@pytest.mark.parametrize(("change", "code"), [({"days": 0}, "ends_before_start"), ({"days": 15}, "span_too_long")])
async def test_a_span_that_makes_no_sense_is_refused(api: Api, ada: Phone, change: dict[str, int], code: str) -> None:
    grace, at = await make_walker(api), noon()
    span = {"from": at.isoformat(), "to": (at + timedelta(**change)).isoformat(), "duration_s": 1800}
    answer = await api.http.get(f"/v1/walkers/{grace}/slots", params=span, headers=ada.who.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_who_may_not_be_offered_walks_is_nobody(api: Api, ada: Phone) -> None:
    assert (await ada.get(f"/v1/walkers/{await make_walker(api)}")).status_code == 200
    assert (await ada.get(f"/v1/walkers/{await make_walker(api, verified_at=None)}")).status_code == 404


WEEK = [
    Slot(5, time(22), time(0)),
    Slot(6, time(0), time(3)),
    Slot(6, time(12), time(0)),
    Slot(1, time(9), time(10, 15)),
]
# The nights in which the clock goes back and forward there, and an ordinary Sunday, Monday and Tuesday.
NIGHTS = [datetime(2027, 11, 7, tzinfo=UTC), datetime(2027, 3, 14, tzinfo=UTC), datetime(2027, 6, 6, tzinfo=UTC)]


@pytest.mark.parametrize("night", NIGHTS)
async def test_search_and_slots_judge_a_week_alike_through_clock_changes(api: Api, night: datetime) -> None:
    grace = await make_walker(api, week=WEEK)
    for quarter in range(0, 4 * 66, 2):
        start = night + timedelta(minutes=15 * quarter)
        said = is_open(WEEK, starts_at=start, ends_at=start + HALF_AN_HOUR, time_zone=zone(ZONE))
        async with api.resources.database.transaction() as session:
            found = await candidate.candidates(session, search_at(start))
        assert ([one.walker_id for one in found] == [grace]) is said, start


async def test_favourites_are_an_owners_own(api: Api, ada: Phone) -> None:
    grace = await make_walker(api)
    path = f"/v1/walkers/{grace}"
    for _ in range(2):
        assert (await api.http.put(f"{path}/favourite", headers=ada.who.headers)).status_code == 204
    assert (await ada.get(path)).json()["favourite"] is True
    other = await phone_of_owner(api)
    assert (await other.get(path)).json()["favourite"] is False
    assert (await ada.delete(f"{path}/favourite")).status_code == 204
    assert (await ada.get(path)).json()["favourite"] is False
    unknown = f"/v1/walkers/{uuid7()}/favourite"
    assert (await api.http.put(unknown, headers=ada.who.headers)).status_code == 404


async def test_a_walker_blocked_by_an_owner_is_not_matched_and_her_offers_are_taken_back(api: Api, ada: Phone) -> None:
    grace = await make_walker(api)
    offer_id = await _offer(api, ada.who.person_id, grace)
    walker_phone = Phone(api=api, who=api.signed_in(grace, Role.WALKER))
    assert await _open_offers(walker_phone) == {str(offer_id)}
    assert (await api.http.put(f"/v1/walkers/{grace}/block", headers=ada.who.headers)).status_code == 200
    assert await found_ids(ada) == set()
    assert await found_ids(await phone_of_owner(api)) == {str(grace)}
    assert await _open_offers(walker_phone) == set()
    assert (await walker_phone.get(f"/v1/offers/{offer_id}")).json()["status"] == "withdrawn"
    assert (await ada.delete(f"/v1/walkers/{grace}/block")).status_code == 204
    assert await found_ids(ada) == {str(grace)}


async def test_a_walker_blocks_the_owner_of_a_walk_she_had_and_no_other(api: Api, ada: Phone) -> None:
    grace, alan = await make_walker(api), await make_walker(api)
    booking_id = await make_booking(api.resources, owner_id=ada.who.person_id, walker_id=grace)
    await _had(api, booking_id, grace)
    path = f"/v1/bookings/{booking_id}/block-owner"
    stranger = api.signed_in(alan, Role.WALKER)
    assert (await api.http.put(path, headers=stranger.headers)).status_code == 404
    hers = api.signed_in(grace, Role.WALKER)
    assert (await api.http.put(path, headers=hers.headers)).status_code == 200
    assert await found_ids(ada) == {str(alan)}
    assert (await api.http.delete(path, headers=hers.headers)).status_code == 204
    assert await found_ids(ada) == {str(grace), str(alan)}


async def test_the_open_board_shows_what_can_be_taken_now(api: Api, ada: Phone) -> None:
    grace = await make_walker(api)
    now = api.clock.now()
    standing = await _offer(api, ada.who.person_id, grace)
    await _offer(api, ada.who.person_id, grace, status="declined")
    await _offer(api, ada.who.person_id, grace, expires_at=now - timedelta(seconds=1))
    phone = Phone(api=api, who=api.signed_in(grace, Role.WALKER))
    assert await _open_offers(phone) == {str(standing)}
    shown = (await phone.get("/v1/offers?open=true")).text
    assert "Canary" not in shown
    assert len((await phone.get("/v1/offers")).json()["items"]) == 3


async def _open_offers(phone: Phone) -> set[str]:
    return {one["id"] for one in (await phone.get("/v1/offers?open=true")).json()["items"]}


async def _offer(api: Api, owner_id: UUID, walker_id: UUID, **fields: Any) -> UUID:
    offer_id, now = uuid7(), api.clock.now()
    booking_id = await make_booking(api.resources, owner_id=owner_id)
    rest = {"round": 1, "wave": 1, "earns": 2000, "bonus": 0, "currency": "usd", "distance_m": 800, "rank": 0}
    times = {"expires_at": now + timedelta(minutes=5), "created_at": now, "score": {}}
    async with api.resources.database.transaction() as session:
        given = {"booking_id": booking_id, "walker_id": walker_id, "status": "open", **rest, **times, **fields}
        session.add(Offer(id=offer_id, **given))
    return offer_id


async def _had(api: Api, booking_id: UUID, walker_id: UUID) -> None:
    """Yesterday, given back since."""
    starts_at = noon(-1)
    async with api.resources.database.transaction() as session:
        session.add(
            WalkerCalendar(
                walker_id=walker_id,
                kind="assignment",
                booking_id=booking_id,
                assignment_no=1,
                live=False,
                starts_at=starts_at,
                ends_at=starts_at + HALF_AN_HOUR,
                blocked=Range(starts_at, starts_at + HALF_AN_HOUR, bounds="[)"),
                created_at=starts_at,
            )
        )
