"""Support at its desk: reasons, step-up, the second person, and what strangers to it are refused."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from dogwalk.db.models.tracking import Walk
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import audit, support_task
from dogwalk.domain.reporting import Happening, ReportEvent
from dogwalk.domain.role import Role
from dogwalk.services.walk_report import WalkReports
from tests.support.api import Api
from tests.support.desk import Desk, agent_of
from tests.support.households import publish_market
from tests.support.photos import send_photo
from tests.support.rows import MARKET, make_booking

if TYPE_CHECKING:
    from tests.support.world import World

TOTAL, LIMIT = 2775, 10_000
DEEP: list[Any] = reduce(lambda inside, _: [inside], range(400), [])


async def _assigned(world: World, **quote: Any) -> tuple[UUID, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5), quote=quote)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, walker


async def test_the_full_view_shows_photos_and_report_and_who_looked_is_written_down(api: Api) -> None:
    """Where something happened is for owner and walker."""
    await publish_market(api, market_id=MARKET)
    owner, walker = await api.caller(), await api.caller(Role.WALKER)
    now = api.clock.now()
    booking_id = await make_booking(
        api.resources,
        owner_id=owner.person_id,
        walker_id=walker.person_id,
        status="in_progress",
        on_the_way_at=now,
        started_at=now,
    )
    reports = WalkReports(database=api.resources.database, store=api.resources.objects)
    peed = ReportEvent(id=uuid4(), kind=Happening.PEE, at=now, lat=40.781234, lon=-73.966512)
    await reports.write(booking_id, walker.person_id, notes="A good dog", events=[peed], at=now)
    agent = await agent_of(api)
    assert (await agent.get(f"bookings/{booking_id}"))["photos"] == []
    photo_id = await send_photo(api.resources, booking_id, walker.person_id)
    for _ in range(2):
        seen = await agent.get(f"bookings/{booking_id}")
    [photo] = seen["photos"]
    assert (photo["id"], photo["person_id"], photo["assignment_no"]) == (str(photo_id), str(walker.person_id), 0)
    assert (await api.http.get(photo["url"].removeprefix(api.settings.public_url))).status_code == 200
    assert (seen["report"]["notes"], [one["kind"] for one in seen["report"]["events"]]) == ("A good dog", ["pee"])
    assert "40.781234" not in str(seen)
    looked = [(one["action"], one["actor"]) for one in seen["audit"]]
    assert looked == [("photos_read", str(agent.who.person_id))], "once an hour, and not before there was one"


async def test_nobody_else_comes_to_the_desk(api: Api) -> None:
    owner = await api.caller(Role.OWNER, Role.WALKER)
    for path in ("board", "bookings", f"bookings/{uuid4()}", "tasks", "users?q=ada", f"users/{uuid4()}"):
        answer = await api.http.get(f"/v1/support/{path}", headers=owner.headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role"), path


async def test_the_full_view_says_who_was_asked_by_which_score_and_where_the_workflow_is(
    world: World, desk: Api
) -> None:
    booking_id, walker = await _assigned(world)
    seen = await (await agent_of(desk)).get(f"bookings/{booking_id}")
    assert seen["workflow_url"] is None or seen["workflow_url"].endswith(f"/workflows/booking-{booking_id}")
    assert (seen["status"], seen["walker"]["id"], seen["owner"]["email"][-12:]) == (
        "assigned",
        str(walker),
        "@owners.test",
    )
    [asked] = seen["asked"]
    assert asked["status"] == "accepted"
    assert {"score", "rating", "distance", "acceptance"} <= asked["score"].keys()
    assert [payment["status"] for payment in seen["payments"]] == ["held"]
    assert seen["balances"] == {"held": TOTAL, "owner": -TOTAL}


async def test_hold_and_release_stand_in_the_log_with_who_and_why(world: World, desk: Api) -> None:
    booking_id, _ = await _assigned(world)
    agent = await agent_of(desk, acr="pwd")
    held = await agent.post(f"bookings/{booking_id}/hold", reason="odd address")
    assert (held.status_code, held.json()["booking"]["on_hold"]) == (200, True)
    assert [row["id"] for row in (await agent.get("bookings", on_hold=True))["items"]] == [str(booking_id)]
    assert not (await agent.post(f"bookings/{booking_id}/release")).json()["booking"]["on_hold"]
    seen = await agent.get(f"bookings/{booking_id}")
    assert [(deed["actor"], deed["action"], deed["reason"]) for deed in seen["audit"]] == [
        (str(agent.who.person_id), "hold", "odd address"),
        (str(agent.who.person_id), "release", "because"),
    ]


async def test_a_deed_without_a_reason_is_not_done(world: World, desk: Api) -> None:
    booking_id, _ = await _assigned(world)
    agent = await agent_of(desk)
    for reason in ("", "   "):
        assert (await agent.post(f"bookings/{booking_id}/cancel", reason=reason)).status_code == 422
    assert (await world.row(booking_id)).status == "assigned"


@pytest.mark.parametrize(("acr", "ago"), [("pwd", timedelta()), ("mfa", timedelta(minutes=11))])
async def test_what_moves_money_needs_a_fresh_second_factor(world: World, desk: Api, acr: str, ago: timedelta) -> None:
    booking_id, _ = await _assigned(world)
    agent = await agent_of(desk, acr=acr, ago=ago)
    for path in ("cancel", "reassign", "retry-payment"):
        answer = await agent.post(f"bookings/{booking_id}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required"), path
    assert (await world.row(booking_id)).status == "assigned"


async def test_support_cancels_and_the_owner_pays_nothing(world: World, desk: Api) -> None:
    booking_id, _ = await _assigned(world)
    answer = await (await agent_of(desk)).post(f"bookings/{booking_id}/cancel")
    assert (answer.status_code, answer.json()["booking"]["status"]) == (200, "cancelled")
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "released")
    again = await (await agent_of(desk)).post(f"bookings/{booking_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


async def test_above_the_limit_a_second_person_decides_and_never_the_first(world: World, desk: Api) -> None:
    booking_id, _ = await _assigned(world, total=20_000, walker_earns=16_000, platform_fee=4_000)
    first, second = await agent_of(desk), await agent_of(desk)
    fee = {"amount": LIMIT + 1, "currency": "usd"}
    asked = (await first.post(f"bookings/{booking_id}/cancel", fee=fee)).json()
    assert (asked["booking"]["status"], asked["approval"]["state"]) == ("assigned", "pending")
    [task] = (await second.get("tasks", kind="approval"))["items"]
    assert (task["booking_id"], asked["approval"]["id"] in task["reason"]) == (str(booking_id), True)
    path = f"approvals/{asked['approval']['id']}"
    own = await first.post(path, decision="approve")
    assert (own.status_code, own.json()["code"]) == (403, "second_person_required")
    done = await second.post(path, decision="approve")
    assert (done.status_code, done.json()["booking"]["status"]) == (200, "cancelled")
    assert (await second.get("tasks", kind="approval"))["items"] == []
    late = await (await agent_of(desk)).post(path, decision="reject")
    assert (late.status_code, late.json()["code"]) == (409, "approval_decided")
    await world.closed(booking_id)
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [LIMIT + 1]


@pytest.mark.parametrize("party", ["owner", "walker"])
async def test_nobody_decides_about_a_walk_of_her_own(world: World, desk: Api, party: str) -> None:
    booking_id, walker = await _assigned(world, total=20_000, walker_earns=16_000, platform_fee=4_000)
    person_id = walker if party == "walker" else (await world.row(booking_id)).owner_id
    own = Desk(api=desk, who=desk.signed_in(person_id, Role.SUPPORT, acr="mfa"))
    fee = {"amount": LIMIT + 1, "currency": "usd"}
    asked = (await (await agent_of(desk)).post(f"bookings/{booking_id}/cancel", fee=fee)).json()["approval"]
    for path, body in [
        (f"bookings/{booking_id}/note", {}),
        (f"bookings/{booking_id}/cancel", {}),
        (f"bookings/{booking_id}/cancel", {"fee": fee}),
        (f"approvals/{asked['id']}", {"decision": "approve"}),
    ]:
        answer = await own.post(path, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "second_person_required"), path
    assert (await world.row(booking_id)).status == "assigned"


async def test_what_was_approved_too_early_is_repeated_until_it_can_be_done(world: World, desk: Api) -> None:
    booking_id, walker = await _assigned(world, total=20_000, walker_earns=16_000, platform_fee=4_000)
    second, amount = await agent_of(desk), {"amount": 15_000, "currency": "usd"}
    asked = (await (await agent_of(desk)).post(f"bookings/{booking_id}/refund", amount=amount)).json()["approval"]
    early = await second.post(f"approvals/{asked['id']}", decision="approve")
    assert (early.status_code, early.json()["code"]) == (409, "nothing_captured")
    await world.walk(booking_id, walker)

    async def captured() -> bool:
        return (await world.state(booking_id)).payment_status == "captured"

    await world.eventually(captured)
    for _ in range(2):
        done = await second.post(f"approvals/{asked['id']}", decision="approve")
        assert (done.status_code, done.json().get("approval", {}).get("state")) == (200, "approved"), done.text
    assert [payment.amount_refunded for payment in await world.payments(booking_id)] == [15_000]


async def test_what_is_rejected_is_not_done(world: World, desk: Api) -> None:
    booking_id, _ = await _assigned(world, total=20_000, walker_earns=16_000, platform_fee=4_000)
    fee = {"amount": 20_000, "currency": "usd"}
    asked = (await (await agent_of(desk)).post(f"bookings/{booking_id}/cancel", fee=fee)).json()["approval"]
    answer = await (await agent_of(desk)).post(f"approvals/{asked['id']}", decision="reject")
    assert (answer.json()["approval"]["state"], answer.json()["booking"]["status"]) == ("rejected", "assigned")


async def test_the_board_shows_who_is_late_and_who_has_no_walker(world: World, desk: Api) -> None:
    late, _ = await _assigned(world)
    agent = await agent_of(desk)
    assert all(not rows for rows in (await agent.get("board")).values())
    await world.advance(late, timedelta(hours=5, minutes=2))
    board = await agent.get("board")
    assert {name: [row["id"] for row in rows] for name, rows in board.items() if rows} == {"late": [str(late)]}


async def test_the_board_finds_each_kind_of_trouble_and_nothing_else(api: Api) -> None:
    now, hour = api.clock.now(), timedelta(hours=1)
    owner, walker = await api.caller(), await api.caller(Role.WALKER)

    async def booking(**fields: Any) -> str:
        if fields["status"] != "matching":
            fields["walker_id"] = walker.person_id
        return str(await make_booking(api.resources, owner_id=owner.person_id, **fields))

    under_way = {"status": "in_progress", "assignment_no": 1, "starts_at": now - hour / 4}
    ended = {"status": "completed", "outcome": "completed", "starts_at": now - 4 * hour}
    expected = {
        "incidents": [await booking(status="assigned", incident=True)],
        "late": [await booking(status="on_the_way", starts_at=now - hour / 60)],
        "silent": [await booking(**under_way)],
        "unmatched": [await booking(status="matching", starts_at=now + hour)],
        "unbalanced": [await booking(**ended, needs_attention="ledger_unbalanced", ended_at=now - hour / 2)],
        "stuck": [
            await booking(**ended, needs_attention="no_payout_account", ended_at=now - hour / 2),
            await booking(**ended, payment_status="held", ended_at=now - 2 * hour),
            await booking(**ended, payment_status="captured", ended_at=now - 73 * hour),
        ],
    }
    expected["stuck"] += expected["unbalanced"]
    heard = await make_booking(api.resources, owner_id=owner.person_id, walker_id=walker.person_id, **under_way)
    async with api.resources.database.transaction() as session:
        session.add(Walker(person_id=walker.person_id, created_at=now))
        await session.flush()
        places = {"home_lat": 0.0, "home_lon": 0.0, "last_at": now - hour / 12, "started_at": now - hour / 4}
        session.add(
            Walk(
                id=uuid4(),
                booking_id=heard,
                assignment_no=1,
                walker_id=walker.person_id,
                owner_id=owner.person_id,
                created_at=now,
                **places,
            )
        )
    await booking(**under_way, total=0)
    await booking(status="assigned", starts_at=now + hour / 60)
    await booking(status="matching", starts_at=now + 3 * hour)
    await booking(**ended, payment_status="captured", ended_at=now - hour)
    board = await (await agent_of(api)).get("board")
    assert {name: {row["id"] for row in rows} for name, rows in board.items()} == {
        name: set(ids) for name, ids in expected.items()
    }


async def test_a_task_is_taken_and_resolved_once(api: Api) -> None:
    agent = await agent_of(api)
    async with api.resources.database.transaction() as session:
        await support_task.open(session, key="t:1", kind="verdict", reason="few positions", at=api.clock.now())
    [task] = (await agent.get("tasks"))["items"]
    taken = await agent.post(f"tasks/{task['id']}/assign")
    assert (taken.json()["status"], taken.json()["assignee_id"]) == ("assigned", str(agent.who.person_id))
    owner = await api.caller()
    wrong = await agent.post(f"tasks/{task['id']}/assign", assignee_id=str(owner.person_id))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "not_support")
    done = await agent.post(f"tasks/{task['id']}/resolve", resolution="looked at the photos")
    assert (done.json()["status"], done.json()["resolution"]) == ("resolved", "looked at the photos")
    assert (await agent.post(f"tasks/{task['id']}/resolve", resolution="again")).json()["code"] == "task_resolved"
    assert (await agent.get("tasks"))["items"] == []


async def test_a_storm_is_tried_dry_and_then_done_with_a_fresh_second_factor(world: World, desk: Api) -> None:
    booking_id, _ = await _assigned(world)
    area = {"type": "Polygon", "coordinates": [[[-74, 40.7], [-73.9, 40.7], [-73.9, 40.9], [-74, 40.9], [-74, 40.7]]]}
    span = {"from": world.now().isoformat(), "to": (world.now() + timedelta(hours=9)).isoformat()}
    said = {"area": area, **span, "action": "cancel_free", "cause": "storm", "dry_run": True}
    agent = await agent_of(desk, acr="pwd")
    planned = (await agent.post("areas/actions", **said)).json()
    assert planned["results"] == [
        {"booking_id": str(booking_id), "status": "assigned", "effect": "cancel", "state": "planned"}
    ]
    refused = await agent.post("areas/actions", dry_run_id=planned["dry_run_id"])
    assert refused.json()["code"] == "step_up_required"
    done = await (await agent_of(desk)).post("areas/actions", dry_run_id=planned["dry_run_id"], reason="it has come")
    assert (done.status_code, done.json()["state"]) == (200, "done")
    async with world.resources.database.transaction() as session:
        deeds = await audit.of_subject(session, f"area_action:{planned['id']}")
    assert [(deed.action, deed.reason) for deed in reversed(deeds)] == [
        ("area_planned", "because"),
        ("area_executed", "it has come"),
    ]

    async def cancelled() -> bool:
        seen = await agent.get(f"areas/actions/{planned['id']}")
        return bool(seen["results"][0]["state"] == "done")

    await world.eventually(cancelled)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"area": {"type": "Point", "coordinates": [0, 0]}}, "invalid_input"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [200, 0], [1, 1], [0, 0]]]}}, "invalid_input"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [10**400, 0], [1, 1], [0, 0]]]}}, "invalid_input"),
        ({"area": {"type": "Polygon", "coordinates": DEEP}}, "invalid_input"),
        ({"area": {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0]]]]}}, "area_invalid"),
        ({"area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}}, "area_invalid"),
        ({"area": {"type": "Polygon"}}, "invalid_input"),
        ({"dry_run": False}, "dry_run_first"),
        ({"delay_s": 60}, "invalid_input"),
    ],
)
async def test_an_area_that_is_none_and_a_storm_without_a_dry_run_are_refused(
    api: Api, changed: dict[str, Any], code: str
) -> None:
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    said = {"area": area, "from": "2026-11-27T00:00:00Z", "to": "2026-11-28T00:00:00Z", "action": "cancel_free"}
    answer = await (await agent_of(api)).post("areas/actions", **{**said, **changed})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_what_else_stands_in_a_geojson_is_of_no_interest(api: Api) -> None:
    """Altitudes, and what JSON allows and Postgres cannot store."""
    corners = [[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]
    area = {"type": "Polygon", "coordinates": [corners], "bbox": [float("nan")], "name": "\ud800"}
    said = {"area": area, "from": "2026-11-27T00:00:00Z", "to": "2026-11-28T00:00:00Z", "action": "cancel_free"}
    agent = await agent_of(api)
    headers = {**agent.who.headers, "Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    sent = json.dumps({"reason": "storm", **said})
    planned = await api.http.post("/v1/support/areas/actions", content=sent, headers=headers)
    assert (planned.status_code, planned.json().get("state")) == (200, "dry_run"), planned.text


async def test_support_refunds_a_closed_booking_and_the_same_key_refunds_once(world: World, desk: Api) -> None:
    booking_id, walker = await _assigned(world)
    await world.walk(booking_id, walker)
    await world.closed(booking_id)
    agent, key = await agent_of(desk), str(uuid4())
    body = {"reason": "dog was wet", "amount": {"amount": 500, "currency": "usd"}, "funded_by": "platform"}
    path, headers = f"/v1/support/bookings/{booking_id}/refund", {**agent.who.headers, "Idempotency-Key": key}
    answers = [await desk.http.post(path, json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    seen = await agent.get(f"bookings/{booking_id}")
    assert [(refund["amount"]["amount"], refund["state"]) for refund in seen["refunds"]] == [(500, "paid")]
    assert seen["payment_status"] == "partially_refunded"
    assert [(deed["actor"], deed["action"]) for deed in seen["audit"]] == [(str(agent.who.person_id), "refund")]
    euros = await agent.post(f"bookings/{booking_id}/refund", amount={"amount": 1, "currency": "eur"})
    assert (euros.status_code, euros.json()["code"]) == (409, "wrong_currency")
    nothing = await agent.post(f"bookings/{booking_id}/refund", amount={"amount": 0, "currency": "usd"})
    assert nothing.status_code == 422
