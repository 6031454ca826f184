"""A walker's own side over HTTP: profile, week, time off, on call, and the account that is paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from dogwalk.domain import local_time
from dogwalk.domain.policy import MarketPolicy
from dogwalk.domain.role import Role
from dogwalk.services.market import MarketArea, Markets
from tests.support.api import Api, Caller

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME = {"home_lat": 40.7812, "home_lon": -73.9665}
LIMITS = {"service_radius_m": 4000, "max_dogs": 3, "max_dog_weight_kg": 35.5}
PROFILE: Mapping[str, Any] = {"bio": "Walks in all weather.", **HOME, **LIMITS}
TOWN = MarketArea(
    market_id="walkerville",
    name="Walkerville",
    country="US",
    currency="usd",
    time_zone="UTC",
    center_lat=HOME["home_lat"],
    center_lon=HOME["home_lon"],
    radius_m=20_000,
)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


@dataclass(kw_only=True)
class Phone:
    api: Api
    who: Caller

    async def get(self, path: str = "") -> httpx.Response:
        return await self.api.http.get(f"/v1/walkers/me{path}", headers=self.who.headers)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.api.http.put(f"/v1/walkers/me{path}", json=body, headers=self.who.headers)

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {**self.who.headers, "Idempotency-Key": key or uuid4().hex}
        return await self.api.http.post(f"/v1/walkers/me{path}", json=body or {}, headers=headers)

    async def delete(self, path: str) -> httpx.Response:
        return await self.api.http.delete(f"/v1/walkers/me{path}", headers=self.who.headers)

    async def take_off(self, from_h: int, to_h: int, **more: Any) -> httpx.Response:
        """Hours from tomorrow's midnight on."""
        return await self.post("/time-off", hours(from_h, to_h, **more))


def hours(from_h: int, to_h: int, **more: Any) -> dict[str, Any]:
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    starts_at, ends_at = day + timedelta(hours=from_h), day + timedelta(hours=to_h)
    return {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), **more}


@pytest.fixture
async def grace(api: Api) -> Phone:
    markets = Markets(database=api.resources.database, default_market="standard")
    now = api.clock.now()
    await markets.publish(TOWN, MarketPolicy(), valid_from=now, at=now)
    return Phone(api=api, who=await api.caller(Role.WALKER))


async def test_a_profile_is_put_whole_and_read_again(grace: Phone) -> None:
    before = (await grace.get()).json()
    assert (before["home_lat"], before["verified"], before["min_rates"]["walk_30"]) == (None, False, None)
    rates = {"walk_30": {"amount": 2500, "currency": "usd"}}
    put = await grace.put("", {**PROFILE, "min_rates": rates})
    assert put.status_code == 200, put.text
    assert put.json() == (await grace.get()).json()
    assert {name: put.json()[name] for name in PROFILE} == PROFILE
    assert put.json()["min_rates"] == {"walk_20": None, "walk_60": None, **rates}
    assert (await grace.put("", PROFILE)).json()["min_rates"]["walk_30"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"home_lat": 10.0}, "area_not_served"),
        ({"min_rates": {"walk_30": {"amount": 2500, "currency": "eur"}}}, "currency_mismatch"),
        ({"min_rates": {"walk_30": {"amount": -1, "currency": "usd"}}}, "invalid_input"),
        ({"service_radius_m": 50_001}, "invalid_input"),
        ({"max_dogs": 0}, "invalid_input"),
        ({"home_lon": 181}, "invalid_input"),
        ({"bio": "x" * 2001}, "invalid_input"),
    ],
)
async def test_a_profile_that_makes_no_sense_is_refused(grace: Phone, change: dict[str, Any], code: str) -> None:
    assert told(await grace.put("", {**PROFILE, **change})) == (422, code)


async def test_a_week_is_put_whole_in_wall_time(grace: Phone) -> None:
    slots = [
        {"weekday": 4, "from": "18:00", "to": "00:00"},
        {"weekday": 0, "from": "12:00", "to": "14:30"},
        {"weekday": 0, "from": "08:00", "to": "12:00"},
    ]
    put = await grace.put("/availability", {"time_zone": "Europe/Berlin", "weekly": slots})
    assert put.status_code == 200, put.text
    merged = [{"weekday": 0, "from": "08:00", "to": "14:30"}, {"weekday": 4, "from": "18:00", "to": "00:00"}]
    assert (await grace.get("/availability")).json() == {"time_zone": "Europe/Berlin", "weekly": merged} == put.json()
    assert (await grace.put("/availability", {"time_zone": "UTC", "weekly": []})).json()["weekly"] == []


@pytest.mark.parametrize(
    ("slots", "code"),
    [
        ([("09:00", "12:00"), ("11:59", "13:00")], "overlapping_slots"),
        ([("12:00", "12:00")], "empty_slot"),
        ([("22:00", "02:00")], "empty_slot"),
        ([("24:00", "02:00")], "invalid_input"),
        ([("9:00", "12:00")], "invalid_input"),
    ],
)
async def test_a_week_that_makes_no_sense_is_refused(grace: Phone, slots: list[tuple[str, str]], code: str) -> None:
    weekly = [{"weekday": 2, "from": start, "to": end} for start, end in slots]
    assert told(await grace.put("/availability", {"time_zone": "UTC", "weekly": weekly})) == (422, code)


async def test_a_zone_is_one_of_the_iana_database(grace: Phone) -> None:
    for name in ("../../etc/passwd", "localtime"):
        answer = await grace.put("/availability", {"time_zone": name, "weekly": []})
        assert told(answer) == (422, "unknown_time_zone")


async def test_every_zone_that_is_taken_is_one_postgres_can_judge_a_week_by(api: Api) -> None:
    async with api.resources.database.transaction() as session:
        known = set((await session.scalars(text("SELECT name FROM pg_timezone_names"))).all())
    assert local_time.names() - known == set()


async def test_time_off_is_taken_moved_and_ended(grace: Phone) -> None:
    taken = await grace.take_off(9, 12, note="dentist")
    assert taken.status_code == 201, taken.text
    path = f"/time-off/{taken.json()['id']}"
    moved = await grace.put(path, hours(13, 15))
    assert (moved.status_code, moved.json()["note"]) == (200, None)
    assert (await grace.get(path)).json() == moved.json()
    assert (await grace.get("/time-off")).json() == {"items": [moved.json()], "next_cursor": None}
    assert (await grace.delete(path)).status_code == 204
    assert told(await grace.get(path)) == (404, "not_found")
    assert (await grace.get("/time-off")).json()["items"] == []


async def test_two_times_off_do_not_overlap(grace: Phone) -> None:
    assert (await grace.take_off(9, 12)).status_code == 201
    assert told(await grace.take_off(11, 13)) == (409, "walker_conflict")
    later = (await grace.take_off(12, 13)).json()["id"]
    assert told(await grace.put(f"/time-off/{later}", hours(11, 13))) == (409, "walker_conflict")
    assert told(await grace.take_off(15, 15)) == (422, "ends_before_start")


async def test_a_repeat_with_the_same_key_takes_no_more(grace: Phone) -> None:
    first, second = [await grace.post("/time-off", hours(9, 12), key="once") for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


async def test_times_off_come_in_pages(grace: Phone) -> None:
    made = [(await grace.take_off(hour, hour + 1)).json()["id"] for hour in range(3)]
    first = (await grace.get("/time-off?limit=2")).json()
    rest = (await grace.get(f"/time-off?limit=2&cursor={first['next_cursor']}")).json()
    assert sorted(one["id"] for one in [*first["items"], *rest["items"]]) == sorted(made)
    assert rest["next_cursor"] is None


async def test_a_strangers_time_off_is_not_there(grace: Phone) -> None:
    path = f"/time-off/{(await grace.take_off(9, 12)).json()['id']}"
    alan = Phone(api=grace.api, who=await grace.api.caller(Role.WALKER))
    answers = [await alan.get(path), await alan.put(path, hours(1, 2)), await alan.delete(path)]
    assert [told(answer) for answer in answers] == [(404, "not_found")] * 3
    assert (await grace.get(path)).status_code == 200


async def test_on_call_ends_by_itself_or_by_hand(grace: Phone) -> None:
    until = (grace.api.clock.now() + timedelta(hours=3)).isoformat()
    put = await grace.put("/on-call", {"until": until, "lat": 40.78, "lon": -73.96})
    assert put.status_code == 200, put.text
    assert (await grace.get()).json()["on_call_until"] == put.json()["until"]
    assert (await grace.delete("/on-call")).status_code == 204
    assert (await grace.get()).json()["on_call_until"] is None
    async with grace.api.resources.database.transaction() as session:
        row = (await session.execute(text("SELECT on_call_lat, on_call_lon FROM walker"))).one()
    assert tuple(row) == (None, None)


@pytest.mark.parametrize(("ahead_h", "code"), [(-1, "on_call_over"), (25, "on_call_too_long")])
async def test_on_call_is_for_the_next_hours(grace: Phone, ahead_h: int, code: str) -> None:
    until = (grace.api.clock.now() + timedelta(hours=ahead_h)).isoformat()
    assert told(await grace.put("/on-call", {"until": until, "lat": 40.78, "lon": -73.96})) == (422, code)


async def test_a_payout_account_is_opened_on_stripes_own_page(grace: Phone) -> None:
    assert (await grace.get("/payout-account")).json()["status"] == "none"
    assert told(await grace.post("/payout-account")) == (409, "profile_incomplete")
    await grace.put("", PROFILE)
    opened = await grace.post("/payout-account")
    assert opened.status_code == 201, opened.text
    waiting = (await grace.get("/payout-account")).json()
    assert (waiting["status"], waiting["transfers_active"]) == ("onboarding", False)
    assert waiting["requirements"]
    async with httpx.AsyncClient() as browser:
        await browser.post(opened.json()["onboarding_url"])
    active = (await grace.get("/payout-account")).json()
    assert active == {"status": "active", "requirements": [], "transfers_active": True}
    assert (await grace.get()).json()["payout_active"] is True


async def test_who_is_no_walker_has_no_walkers_side(api: Api) -> None:
    owner = Phone(api=api, who=await api.caller(Role.OWNER))
    answers = [await owner.get(), await owner.get("/time-off"), await owner.get("/payout-account")]
    assert [told(answer) for answer in answers] == [(403, "wrong_role")] * 3


async def test_what_creates_needs_a_key(grace: Phone) -> None:
    for path in ("/time-off", "/payout-account"):
        answer = await grace.api.http.post(f"/v1/walkers/me{path}", json=hours(1, 2), headers=grace.who.headers)
        assert told(answer) == (400, "idempotency_key_required")
