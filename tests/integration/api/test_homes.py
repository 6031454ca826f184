"""An owner's homes: placed in a market, hers alone, and silent about how to get in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Home
from tests.support.households import HOME, LAT, LON, Phone, phone_of_owner, pointers, publish_market
from tests.support.rows import make_booking

if TYPE_CHECKING:
    from tests.support.api import Api

CODE, NOTES = "4711#canary", "left of the canary's door"
ACCESS = {"kind": "key_box", "code": CODE, "notes": NOTES}
NOWHERE = {"lat": -48.9, "lon": -123.4}


@pytest.fixture
async def ada(api: Api) -> Phone:
    await publish_market(api)
    return await phone_of_owner(api)


async def sealed(api: Api, home_id: str) -> dict[str, str] | None:
    """What the vault holds of it."""
    async with api.resources.database.transaction() as session:
        home = await session.get_one(Home, UUID(home_id))
    if home.access_key_id is None or home.access_sealed is None:
        return None
    found: dict[str, str] = json.loads(api.resources.vault.unwrap(home.access_key_id, home.access_sealed))
    return found


async def test_market_and_time_zone_follow_from_the_place(ada: Phone) -> None:
    added = await ada.post("/v1/homes", HOME)
    assert added.status_code == 201
    home = added.json()
    assert {name: home[name] for name in HOME} == HOME
    assert (home["market"], home["area"], home["time_zone"]) == ("uptown", "Uptown", "America/New_York")
    assert home["has_access"] is False
    assert (await ada.get(f"/v1/homes/{home['id']}")).json() == home
    assert (await ada.get("/v1/homes")).json() == {"items": [home], "next_cursor": None}


async def test_where_nobody_walks_there_is_no_home(ada: Phone) -> None:
    home_id = await ada.home()
    for answer in (
        await ada.post("/v1/homes", {**HOME, **NOWHERE}),
        await ada.patch(f"/v1/homes/{home_id}", NOWHERE),
    ):
        assert (pointers(answer), answer.json()["code"]) == ({"/lat"}, "area_not_served")


async def test_how_to_get_in_is_sealed_and_never_said(api: Api, ada: Phone, capsys: pytest.CaptureFixture[str]) -> None:
    key = str(uuid4())
    added = await ada.post("/v1/homes", {**HOME, "access": ACCESS}, key=key)
    path = f"/v1/homes/{added.json()['id']}"
    answers = [
        added,
        await ada.post("/v1/homes", {**HOME, "access": ACCESS}, key=key),
        await ada.get(path),
        await ada.get("/v1/homes"),
        await ada.patch(path, {"access": {**ACCESS, "kind": "ladder"}}),
        await ada.patch(path, {"access": ACCESS}),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200, 422, 200]
    written = "".join(capsys.readouterr())
    assert '"event": "request"' in written
    for text in [written, *(answer.text for answer in answers)]:
        assert CODE not in text
        assert NOTES not in text
    assert HOME["address"] not in written
    assert await sealed(api, added.json()["id"]) == {"code": CODE, "notes": NOTES}


async def test_how_to_get_in_is_changed_kept_and_forgotten(api: Api, ada: Phone) -> None:
    home_id = await ada.home(access=ACCESS)
    path = f"/v1/homes/{home_id}"
    assert (await ada.patch(path, {"label": "Ours"})).json()["has_access"] is True
    await ada.patch(path, {"access": {"kind": "door_code", "code": "1"}})
    assert await sealed(api, home_id) == {"code": "1", "notes": ""}
    assert (await ada.patch(path, {"access": None})).json()["has_access"] is False
    assert await sealed(api, home_id) is None


async def test_what_is_named_is_changed(ada: Phone) -> None:
    path = f"/v1/homes/{await ada.home()}"
    change = {"label": "Loft", "address": None, "lat": LAT + 0.01, "lon": LON}
    changed = (await ada.patch(path, change)).json()
    assert (changed["label"], changed["address"], changed["lat"]) == ("Loft", HOME["address"], LAT + 0.01)
    assert (await ada.get(path)).json() == changed


async def test_a_strangers_home_is_not_there(api: Api, ada: Phone) -> None:
    path, grace = f"/v1/homes/{await ada.home()}", await phone_of_owner(api)
    answers = [await grace.get(path), await grace.patch(path, {"label": "Mine"}), await grace.delete(path)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await grace.get("/v1/homes")).json()["items"] == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"label": ""}, "/label"),
        ({"address": "x" * 301}, "/address"),
        ({"lat": 91, "lon": 0}, "/lat"),
        ({"lat": 0, "lon": "west"}, "/lon"),
        ({"access": {"kind": "window"}}, "/access/kind"),
        ({"access": {"kind": "key", "code": "x" * 101}}, "/access/code"),
        ({"access": "4711"}, "/access"),
    ],
)
async def test_what_makes_no_sense_is_pointed_at(ada: Phone, fields: dict[str, Any], pointer: str) -> None:
    assert pointers(await ada.post("/v1/homes", {**HOME, **fields})) == {pointer}
    assert pointers(await ada.patch(f"/v1/homes/{await ada.home()}", fields)) == {pointer}


@pytest.mark.parametrize("half", [{"lat": LAT}, {"lon": LON}])
async def test_half_a_place_is_none(ada: Phone, half: dict[str, float]) -> None:
    assert pointers(await ada.patch(f"/v1/homes/{await ada.home()}", half)) == {"/lon"}


async def test_a_home_stays_where_it_is_while_a_walk_needs_it(api: Api, ada: Phone) -> None:
    booking_id = await make_booking(api.resources, owner_id=ada.who.person_id)
    path = f"/v1/homes/{(await ada.get('/v1/homes')).json()['items'][0]['id']}"
    for refused in (await ada.delete(path), await ada.patch(path, {"lat": LAT, "lon": LON})):
        assert (refused.status_code, refused.json()["code"]) == (409, "home_in_use")
    assert (await ada.patch(path, {"label": "Still"})).status_code == 200
    async with api.resources.database.transaction() as session:
        (await session.get_one(Booking, booking_id)).closed_at = api.clock.now()
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.get(path)).status_code == 404


async def test_with_the_home_its_key_is_forgotten(api: Api, ada: Phone) -> None:
    home_id = await ada.home(access=ACCESS)
    assert (await ada.delete(f"/v1/homes/{home_id}")).status_code == 204
    assert await sealed(api, home_id) is None
