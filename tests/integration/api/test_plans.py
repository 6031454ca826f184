"""Weekly plans over HTTP, against the real workflow."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from dogwalk.db.models.household import Dog, Home
from dogwalk.db.models.plan import Plan, PlanStatement
from dogwalk.domain.role import Role
from tests.support.api import Api, Caller
from tests.support.people import Owner, zone_where_it_is
from tests.support.plans import MORNING, days_from_today
from tests.support.world import World

if TYPE_CHECKING:
    import httpx

DAY = timedelta(days=1)
UNTIL_THEY_ASK_S = 1.0


@dataclass(kw_only=True)
class Hand:
    """An owner at her phone, with everything a plan needs."""

    world: World
    desk: Api
    owner: Owner
    who: Caller

    async def body(self, *, first: int = 10, **fields: Any) -> dict[str, Any]:
        """Every day at noon from ten days ahead: four walks are made at once."""
        quote_id = await self.world.town.quote(self.owner, starts_at=self.world.now() + 2 * DAY)
        return {
            "home_id": str(self.owner.home_id),
            "dog_ids": [str(dog_id) for dog_id in self.owner.dog_ids],
            "service": "walk_30",
            "weekly": [{"weekday": weekday, "at": "12:00"} for weekday in range(7)],
            "starts_on": str(self.day(first)),
            "payment_method_id": self.owner.payment_method_id,
            "quote_id": str(quote_id),
            **fields,
        }

    def day(self, ahead: int) -> date:
        return days_from_today(self.world, ahead)

    async def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {**self.who.headers, "Idempotency-Key": key or str(uuid4())}
        return await self.desk.http.request(method, f"/v1/plans{path}", json=body or {}, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        return await self.desk.http.get(path, headers=self.who.headers)

    async def plan(self, **fields: Any) -> str:
        answer = await self.call("POST", "", await self.body(**fields))
        assert answer.status_code == 202, answer.text
        plan_id: str = answer.json()["id"]
        return plan_id

    async def becomes(self, plan_id: str, *expected: tuple[int, str, str]) -> None:
        """Waits until the occurrences are these: (days ahead, wall time, state)."""
        wanted = [(str(self.day(ahead)), at, state) for ahead, at, state in expected]

        async def reached() -> bool:
            items = (await self.get(f"/v1/plans/{plan_id}/occurrences")).json()["items"]
            return sorted((one["date"], one["at"], one["state"]) for one in items) == sorted(wanted)

        await self.world.eventually(reached, timeout_s=60)


@pytest.fixture
async def hand(world: World, desk: Api) -> Hand:
    """At a home where it is morning: its noon is to come, whenever the test runs."""
    owner = await world.town.owner()
    await world.town.walker()
    async with world.resources.database.transaction() as session:
        (await session.get_one(Home, owner.home_id)).time_zone = zone_where_it_is(MORNING, world.now())
    return Hand(world=world, desk=desk, owner=owner, who=desk.signed_in(owner.id, Role.OWNER))


NOON_BOOKED = [(ahead, "12:00", "booked") for ahead in (10, 11, 12, 13)]


async def test_a_plan_books_the_walks_of_two_weeks(hand: Hand) -> None:
    plan_id = await hand.plan()
    await hand.becomes(plan_id, *NOON_BOOKED)
    seen = (await hand.get(f"/v1/plans/{plan_id}")).json()
    assert (seen["status"], seen["time_zone"], seen["breaks"]) == (
        "active",
        zone_where_it_is(MORNING, hand.world.now()),
        [],
    )
    [terms] = seen["terms"]
    assert terms["weekly"][0] == {"weekday": 0, "at": "12:00"}
    bookings = (await hand.get("/v1/bookings")).json()["items"]
    assert {one["plan_id"] for one in bookings} == {plan_id}
    [latest, *_] = (await hand.get(f"/v1/plans/{plan_id}/occurrences?limit=1")).json()["items"]
    assert latest["booking_id"] == bookings[0]["id"]
    assert latest["total"] == {"amount": 2775, "currency": "usd"}
    assert [one["id"] for one in (await hand.get("/v1/plans")).json()["items"]] == [plan_id]


async def test_a_plan_sent_ten_times_at_once_is_one_plan(hand: Hand) -> None:
    body, key = await hand.body(), str(uuid4())
    answers = await asyncio.gather(*(hand.call("POST", "", body, key=key) for _ in range(10)))
    again = await hand.call("POST", "", body, key=key)
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert again.status_code == 202
    await hand.becomes(again.json()["id"], *NOON_BOOKED)
    async with hand.world.resources.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Plan)) == 1


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({"service": "walk_60"}, "quote_differs", "/quote_id"),
        ({"starts_on": "2020-01-01"}, "in_the_past", "/starts_on"),
        ({"starts_on": "2199-01-01"}, "too_far", "/starts_on"),
        ({"payment_method_id": "pm_somebody_elses"}, "unknown_payment_method", "/payment_method_id"),
        ({"ends_on": "2020-01-01"}, "ends_before_start", "/ends_on"),
        ({"weekly": []}, "too_short", "/weekly"),
        ({"weekly": [{"weekday": 7, "at": "12:00"}]}, "less_than_equal", "/weekly/0/weekday"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused(hand: Hand, fields: dict[str, Any], code: str, pointer: str) -> None:
    answer = await hand.call("POST", "", await hand.body(**fields))
    problem = answer.json()
    assert answer.status_code == 422, answer.text
    assert code in {problem["code"], *(one["code"] for one in problem["errors"])}
    assert problem["errors"][0]["pointer"] == pointer


async def test_a_day_is_skipped_and_one_the_plan_does_not_walk_on_is_not(hand: Hand) -> None:
    plan_id = await hand.plan()
    await hand.becomes(plan_id, *NOON_BOOKED)
    key = str(uuid4())
    for _ in range(2):
        answer = await hand.call("POST", f"/{plan_id}/skips", {"date": str(hand.day(11))}, key=key)
        assert answer.status_code == 200, answer.text
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert [(one["kind"], one["first_on"]) for one in answer.json()["breaks"]] == [("skip", str(hand.day(11)))]
    await hand.becomes(plan_id, *(NOON_BOOKED[0], (11, "12:00", "dropped"), *NOON_BOOKED[2:]))
    early = await hand.call("POST", f"/{plan_id}/skips", {"date": str(hand.day(5))})
    assert (early.status_code, early.json()["code"]) == (409, "not_a_plan_day")


async def test_one_day_is_changed_then_all_that_follow(hand: Hand) -> None:
    plan_id = await hand.plan()
    await hand.becomes(plan_id, *NOON_BOOKED)
    eleven, twelve = str(hand.day(11)), str(hand.day(12))
    at_four = [{"weekday": hand.day(11).weekday(), "at": "16:00"}]
    one = {"effective_from": eleven, "effective_until": eleven, "weekly": at_four}
    assert (await hand.call("PATCH", f"/{plan_id}", one)).status_code == 200
    changed = await hand.call("PATCH", f"/{plan_id}", {"effective_from": twelve, "service": "walk_60"})
    assert changed.status_code == 200
    assert [terms["service"] for terms in changed.json()["terms"]] == ["walk_30", "walk_30", "walk_60"]
    await hand.becomes(plan_id, *NOON_BOOKED[:1], (11, "12:00", "dropped"), (11, "16:00", "booked"), *NOON_BOOKED[2:])

    async def longer() -> bool:
        bookings = (await hand.get("/v1/bookings?status=matching")).json()["items"]
        return sorted(one["service"] for one in bookings) == ["walk_30", "walk_30", "walk_60", "walk_60"]

    await hand.world.eventually(longer, timeout_s=60)


async def test_a_pause_and_its_end(hand: Hand) -> None:
    plan_id = await hand.plan()
    await hand.becomes(plan_id, *NOON_BOOKED)
    too_early = await hand.call("POST", f"/{plan_id}/resume")
    assert (too_early.status_code, too_early.json()["code"]) == (409, "wrong_state")
    paused = await hand.call("POST", f"/{plan_id}/pause", {"from": str(hand.day(11))})
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    await hand.becomes(plan_id, NOON_BOOKED[0], *((ahead, "12:00", "dropped") for ahead in (11, 12, 13)))
    earlier = await hand.call("POST", f"/{plan_id}/pause", {"from": str(hand.day(10))})
    assert (earlier.status_code, earlier.json()["status"]) == (200, "paused")
    await hand.becomes(plan_id, *((ahead, "12:00", "dropped") for ahead in (10, 11, 12, 13)))
    resumed = await hand.call("POST", f"/{plan_id}/resume", {"from": str(hand.day(13))})
    assert (resumed.status_code, resumed.json()["status"]) == (200, "active")
    await hand.becomes(plan_id, *((ahead, "12:00", "dropped") for ahead in (10, 11, 12)), NOON_BOOKED[3])


async def test_a_vacation_ends_by_itself(hand: Hand) -> None:
    plan_id = await hand.plan()
    away = {"from": str(hand.day(11)), "until": str(hand.day(12))}
    paused = await hand.call("POST", f"/{plan_id}/pause", away)
    assert (paused.status_code, paused.json()["status"]) == (200, "active")
    assert [one["kind"] for one in paused.json()["breaks"]] == ["vacation"]

    async def stand() -> bool:
        items = (await hand.get(f"/v1/plans/{plan_id}/occurrences")).json()["items"]
        return {one["date"] for one in items if one["state"] == "booked"} == {str(hand.day(10)), str(hand.day(13))}

    await hand.world.eventually(stand, timeout_s=60)


async def test_a_plan_is_ended_and_takes_nothing_any_more(hand: Hand) -> None:
    plan_id = await hand.plan()
    await hand.becomes(plan_id, *NOON_BOOKED)
    ended = await hand.call("DELETE", f"/{plan_id}")
    assert (ended.status_code, ended.json()["status"]) == (200, "ended")
    await hand.becomes(plan_id, *((ahead, "12:00", "dropped") for ahead in (10, 11, 12, 13)))
    assert (await hand.call("DELETE", f"/{plan_id}")).status_code == 200
    late = await hand.call("POST", f"/{plan_id}/pause")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")
    assert (await hand.get(f"/v1/plans/{plan_id}/statements")).json()["items"] == []


async def test_a_strangers_plan_is_not_there(hand: Hand) -> None:
    plan_id = await hand.plan()
    other = hand.desk.signed_in((await hand.world.town.owner()).id, Role.OWNER)
    strange = Hand(world=hand.world, desk=hand.desk, owner=hand.owner, who=other)
    answers = [await strange.get(f"/v1/plans/{plan_id}{path}") for path in ("", "/occurrences", "/statements")]
    answers += [
        await strange.call("PATCH", f"/{plan_id}", {"service": "walk_60"}),
        await strange.call("DELETE", f"/{plan_id}"),
        await strange.call("POST", f"/{plan_id}/skips", {"date": str(hand.day(11))}),
        await strange.call("POST", f"/{plan_id}/pause"),
        await strange.call("POST", f"/{plan_id}/resume"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert (await strange.get("/v1/plans")).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"service": "walk_90"}, 422, "unknown_service"),
        ({"dog_ids": [str(UUID(int=7))]}, 404, "not_found"),
        ({"payment_method_id": "pm_somebody_elses"}, 422, "unknown_payment_method"),
        ({"effective_from": "2020-01-01", "service": "walk_60"}, 422, "in_the_past"),
        ({"ends_on": "2020-01-01"}, 422, "ends_before_start"),
        ({"effective_until": "2020-01-01", "service": "walk_60"}, 422, "ends_before_start"),
    ],
)
async def test_a_change_that_cannot_be_is_refused(hand: Hand, change: dict[str, Any], status: int, code: str) -> None:
    plan_id = await hand.plan()
    answer = await hand.call("PATCH", f"/{plan_id}", change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_a_plan_needs_stays_until_it_ends(hand: Hand) -> None:
    plan_id = await hand.plan(starts_on=str(hand.day(60)))
    paths = {
        "dog_in_use": f"/v1/dogs/{hand.owner.dog_ids[0]}",
        "home_in_use": f"/v1/homes/{hand.owner.home_id}",
        "payment_method_in_use": f"/v1/payment-methods/{hand.owner.payment_method_id}",
    }
    for code, path in paths.items():
        refused = await hand.desk.http.delete(path, headers=hand.who.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert (await hand.call("DELETE", f"/{plan_id}")).status_code == 200
    for path in paths.values():
        assert (await hand.desk.http.delete(path, headers=hand.who.headers)).status_code == 204


async def test_what_a_change_to_come_replaces_is_needed_until_then(hand: Hand) -> None:
    hand.owner = await hand.world.town.owner(dogs=2)
    hand.who = hand.desk.signed_in(hand.owner.id, Role.OWNER)
    stays, goes = hand.owner.dog_ids
    plan_id = await hand.plan(starts_on=str(hand.day(60)))

    async def walked_without(day: int) -> int:
        alone = {"effective_from": str(hand.day(day)), "dog_ids": [str(stays)]}
        assert (await hand.call("PATCH", f"/{plan_id}", alone)).status_code == 200
        return (await hand.desk.http.delete(f"/v1/dogs/{goes}", headers=hand.who.headers)).status_code

    assert await walked_without(90) == 409, "it is walked for a month"
    assert await walked_without(60) == 204


@pytest.mark.parametrize("gone", [Home, Dog])
async def test_what_is_being_deleted_is_neither_planned_nor_booked(hand: Hand, gone: type[Home | Dog]) -> None:
    """By another connection, seen when it commits."""
    plan, booking = await hand.body(), await hand.body()
    booking = {name: booking[name] for name in ("quote_id", "payment_method_id")}
    headers = {**hand.who.headers, "Idempotency-Key": str(uuid4())}
    async with hand.world.resources.database.transaction() as session:
        for row in await session.scalars(select(gone).where(gone.owner_id == hand.owner.id).with_for_update()):
            row.deleted_at = hand.world.now()
        await session.flush()
        asked = [
            asyncio.create_task(hand.call("POST", "", plan)),
            asyncio.create_task(hand.desk.http.post("/v1/bookings", json=booking, headers=headers)),
        ]
        await asyncio.sleep(UNTIL_THEY_ASK_S)
    answers = await asyncio.gather(*asked)
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "quote_expired")] * 2


async def test_a_statement_lists_the_weeks_walks(hand: Hand) -> None:
    plan_id, at = await hand.plan(), hand.world.now()
    line = {"booking_id": str(uuid4()), "starts_at": at.isoformat(), "outcome": "completed"}
    async with hand.world.resources.database.transaction() as session:
        session.add_all(
            PlanStatement(
                plan_id=UUID(plan_id),
                week_of=monday,
                currency="usd",
                walks=1,
                captured=2775,
                refunded=277,
                lines=[{**line, "captured": 2775, "refunded": 277}],
                created_at=at,
            )
            for monday in (date(2027, 3, 1), date(2027, 3, 8))
        )
    path = f"/v1/plans/{plan_id}/statements?limit=1"
    first = (await hand.get(path)).json()
    second = (await hand.get(f"{path}&cursor={first['next_cursor']}")).json()
    assert [page["items"][0]["week_of"] for page in (first, second)] == ["2027-03-08", "2027-03-01"]
    assert second["next_cursor"] is None
    [statement] = first["items"]
    assert statement["total"] == {"amount": 2498, "currency": "usd"}
    assert statement["lines"][0]["captured"] == {"amount": 2775, "currency": "usd"}
