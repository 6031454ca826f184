"""The open board over HTTP: found, taken, gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dogwalk.db.models.booking import BoardEntry
from dogwalk.domain.role import Role

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.api import Api
    from tests.support.world import World


async def test_a_walk_on_the_board_is_found_and_taken_by_the_first(world: World, desk: Api) -> None:
    booking_id = await _put_up(world)
    first, second = await world.town.walker(), await world.town.walker()
    [hers] = await _board(desk, first)
    assert (hers["booking_id"], hers["status"], hers["bonus"]["amount"]) == (str(booking_id), "open", 400)
    assert not {"address", "home_id", "owner_id"} & hers.keys()
    [theirs] = await _board(desk, second)
    assert theirs["id"] != hers["id"]
    assert await _answer(desk, first, f"/v1/offers/{theirs['id']}/accept") == (404, "not_found")
    assert (await _answer(desk, first, f"/v1/offers/{hers['id']}/accept"))[0] == 200
    assert (await world.row(booking_id)).walker_id == first
    assert await _answer(desk, second, f"/v1/offers/{theirs['id']}/accept") == (409, "offer_taken")
    assert await _board(desk, second) == []


async def test_who_takes_herself_off_the_board_is_not_shown_the_walk_again(world: World, desk: Api) -> None:
    await _put_up(world)
    walker = await world.town.walker()
    [hers] = await _board(desk, walker)
    assert (await _answer(desk, walker, f"/v1/offers/{hers['id']}/decline"))[0] == 200
    assert await _board(desk, walker) == []


async def _put_up(world: World) -> UUID:
    """At once, for there is nobody to ask."""
    booking_id = await world.book(await world.town.owner(), starts_in=timedelta(hours=5))

    async def stands() -> bool:
        async with world.resources.database.transaction() as session:
            return await session.get(BoardEntry, booking_id) is not None

    await world.eventually(stands)
    return booking_id


async def _board(desk: Api, walker: UUID) -> list[dict[str, Any]]:
    headers = desk.signed_in(walker, Role.WALKER).headers
    answer = await desk.http.get("/v1/offers", params={"open": "true"}, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def _answer(desk: Api, walker: UUID, path: str) -> tuple[int, str]:
    headers = desk.signed_in(walker, Role.WALKER).headers | {"Idempotency-Key": str(uuid4())}
    answer = await desk.http.post(path, json={}, headers=headers)
    return answer.status_code, answer.json().get("code", "")
