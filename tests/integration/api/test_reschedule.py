from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from dogwalk.domain.role import Role

if TYPE_CHECKING:
    import httpx

    from tests.support.api import Api, Caller
    from tests.support.world import World


async def assigned(world: World, desk: Api) -> tuple[str, Caller, Caller]:
    """A booking's path, its owner and its walker, signed in."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return f"/v1/bookings/{booking_id}", desk.signed_in(owner.id, Role.OWNER), desk.signed_in(walker, Role.WALKER)


async def post(desk: Api, who: Caller, path: str, body: Any = None) -> httpx.Response:
    headers = {**who.headers, "Idempotency-Key": str(uuid4())}
    return await desk.http.post(path, json=body or {}, headers=headers)


async def later(world: World, path: str, by: timedelta) -> str:
    return ((await world.row(UUID(path.rsplit("/", 1)[1]))).starts_at + by).isoformat()


async def test_one_side_asks_and_the_other_agrees(world: World, desk: Api) -> None:
    path, owner, walker = await assigned(world, desk)
    assert (await desk.http.get(f"{path}/reschedule", headers=owner.headers)).status_code == 404
    new = await later(world, path, timedelta(hours=3))
    asked = await post(desk, owner, f"{path}/reschedule", {"starts_at": new})
    assert (asked.status_code, asked.json()["status"], asked.json()["asked_by"]) == (201, "open", "owner")
    seen = (await desk.http.get(f"{path}/reschedule", headers=walker.headers)).json()
    assert (seen["id"], seen["price"]["total"]["amount"]) == (asked.json()["id"], 2775)
    assert (await post(desk, owner, f"{path}/reschedule/accept")).json()["code"] == "own_reschedule"
    agreed = await post(desk, walker, f"{path}/reschedule/accept")
    assert (agreed.status_code, agreed.json()["status"]) == (200, "accepted")
    booking = (await desk.http.get(path, headers=owner.headers)).json()
    assert datetime.fromisoformat(booking["starts_at"]) == datetime.fromisoformat(new)
    lines = [line["type"] for line in (await desk.http.get(f"{path}/timeline", headers=owner.headers)).json()["items"]]
    assert {"reschedule_asked", "rescheduled"} <= set(lines)


async def test_a_proposal_is_declined_or_replaced(world: World, desk: Api) -> None:
    path, owner, walker = await assigned(world, desk)
    first = await post(desk, walker, f"{path}/reschedule", {"starts_at": await later(world, path, timedelta(hours=3))})
    second = await post(desk, owner, f"{path}/reschedule", {"starts_at": await later(world, path, timedelta(hours=4))})
    assert first.json()["id"] != second.json()["id"]
    declined = await post(desk, walker, f"{path}/reschedule/decline")
    assert (declined.json()["id"], declined.json()["status"]) == (second.json()["id"], "declined")
    assert (await post(desk, walker, f"{path}/reschedule/accept")).json()["code"] == "reschedule_lapsed"
    booking_id, next_walker = UUID(path.rsplit("/", 1)[1]), await world.town.walker()
    assert (await post(desk, walker, f"{path}/withdraw", {"reason": "ill"})).status_code == 200
    await world.status(booking_id, "matching")
    await world.accept(booking_id, next_walker)
    theirs = desk.signed_in(next_walker, Role.WALKER)
    assert (await desk.http.get(f"{path}/reschedule", headers=theirs.headers)).status_code == 404, "between others"
    assert (await desk.http.get(f"{path}/reschedule", headers=owner.headers)).json()["status"] == "declined"


async def test_times_that_cannot_be(world: World, desk: Api) -> None:
    path, owner, _ = await assigned(world, desk)
    codes = [
        (await post(desk, owner, f"{path}/reschedule", {"starts_at": starts_at})).json()["code"]
        for starts_at in (
            await later(world, path, timedelta(0)),
            (world.now() + timedelta(minutes=10)).isoformat(),
            (world.now() + timedelta(minutes=70)).isoformat(),
            (world.now() + timedelta(days=400)).isoformat(),
        )
    ]
    assert codes == ["same_time", "too_soon", "price_changed", "too_far"]


async def test_a_strangers_walk_cannot_be_moved(world: World, desk: Api) -> None:
    path, owner, _ = await assigned(world, desk)
    stranger = desk.signed_in(await world.town.walker(), Role.WALKER)
    new = {"starts_at": await later(world, path, timedelta(hours=3))}
    await post(desk, owner, f"{path}/reschedule", new)
    got = await desk.http.get(f"{path}/reschedule", headers=stranger.headers)
    tried = [await post(desk, stranger, f"{path}/reschedule{tail}", new) for tail in ("", "/accept", "/decline")]
    assert {answer.status_code for answer in [got, *tried]} == {404}
