"""An incident over HTTP: by either side, to support, to her emergency contact, and released at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from devstack.standins.client import InboxClient
from dogwalk.domain.role import Role
from tests.support.api import Api, Caller

if TYPE_CHECKING:
    import httpx

    from tests.support.world import World

FRIEND = "+12125550177"
TOLD_SUPPORT = "bitten by a terrier near the fountain"


async def _assigned(world: World, desk: Api) -> tuple[UUID, Caller, Caller]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=5))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, desk.signed_in(owner.id, Role.OWNER), desk.signed_in(walker, Role.WALKER)


async def _post(desk: Api, who: Caller, path: str, *, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": key or str(uuid4())}
    return await desk.http.post(path, json=body, headers=headers)


async def _tasks(desk: Api, agent: Caller, booking_id: UUID) -> list[dict[str, Any]]:
    seen = (await desk.http.get(f"/v1/support/bookings/{booking_id}", headers=agent.headers)).json()
    return [task for task in seen["tasks"] if task["kind"] == "incident"]


async def test_an_incident_reaches_support_and_her_emergency_contact(
    world: World, desk: Api, inbox: InboxClient
) -> None:
    booking_id, owner, walker = await _assigned(world, desk)
    contact = {"name": "Hedy Lamarr", "phone": FRIEND}
    assert (await desk.http.put("/v1/me/emergency-contact", json=contact, headers=owner.headers)).status_code == 204
    path, key = f"/v1/bookings/{booking_id}/incident", str(uuid4())
    made = await _post(desk, walker, path, key=key, kind="bite", notes=TOLD_SUPPORT)
    assert (made.status_code, made.json()["booking"]["incident"]) == (200, True), made.text
    assert made.json()["emergency_line"] == desk.resources.settings.emergency_line
    again = await _post(desk, walker, path, key=key, kind="bite", notes=TOLD_SUPPORT)
    assert again.json() == made.json()
    [task] = await _tasks(desk, agent := await desk.agent(), booking_id)
    assert TOLD_SUPPORT in task["reason"]
    assert "call" in (await inbox.expect(to=FRIEND, channel="sms", text="emergency contact", within_s=15))["text"]
    board = (await desk.http.get("/v1/support/board", headers=agent.headers)).json()
    assert [row["id"] for row in board["incidents"]] == [str(booking_id)]
    history = (await world.handles[booking_id].fetch_history()).to_json()
    assert FRIEND not in history
    released = await _post(desk, agent, f"/v1/support/bookings/{booking_id}/release-incident", reason="a scratch")
    assert (released.status_code, released.json()["booking"]["incident"]) == (200, False), released.text
    assert [task["status"] for task in await _tasks(desk, agent, booking_id)] == ["resolved"]


async def test_it_is_refused_to_strangers_and_before_there_is_a_walker(world: World, desk: Api) -> None:
    booking_id, owner, _ = await _assigned(world, desk)
    path = f"/v1/bookings/{booking_id}/incident"
    assert (await _post(desk, await desk.caller(Role.OWNER), path, kind="other")).status_code == 404
    assert (await _post(desk, owner, path, kind="rain")).status_code == 422
    assert (
        await _post(desk, owner, f"/v1/support/bookings/{booking_id}/release-incident", reason="mine")
    ).status_code == 403
    waiting = await world.book(waits := await world.town.owner(), starts_in=timedelta(hours=5))
    refused = await _post(desk, desk.signed_in(waits.id, Role.OWNER), f"/v1/bookings/{waiting}/incident", kind="other")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert await _tasks(desk, await desk.agent(), waiting) == []


async def test_what_is_told_after_the_close_still_reaches_support(world: World, desk: Api) -> None:
    booking_id, owner, walker = await _assigned(world, desk)
    await world.walk(booking_id, walker.person_id)
    await world.closed(booking_id)
    told = await _post(desk, owner, f"/v1/bookings/{booking_id}/incident", kind="injury", notes="she limps")
    assert (told.status_code, told.json()["booking"]["incident"]) == (200, False), told.text
    assert len(await _tasks(desk, await desk.agent(), booking_id)) == 1


async def test_an_emergency_contact_needs_a_number(desk: Api) -> None:
    owner = await desk.caller(Role.OWNER)
    refused = await desk.http.put(
        "/v1/me/emergency-contact", json={"name": "Hedy", "phone": "none"}, headers=owner.headers
    )
    assert refused.status_code == 422
