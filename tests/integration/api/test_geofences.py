"""Fences around an owner's home, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.households import LAT, LON, Phone, phone_of_owner, pointers, publish_market

if TYPE_CHECKING:
    import httpx

    from tests.support.api import Api

RING = [[LON, LAT], [LON + 0.01, LAT], [LON + 0.01, LAT + 0.01], [LON, LAT]]
PARK = {"name": "The park", "kind": "safe_area", "polygon": {"type": "Polygon", "coordinates": [RING]}}
ROAD = {"name": "The road", "kind": "no_go", "circle": {"lat": LAT, "lon": LON + 0.005, "radius_m": 40.0}}
DOOR = {"name": "Our block", "kind": "home", "circle": {"lat": LAT, "lon": LON, "radius_m": 120.0}}


@dataclass(frozen=True, kw_only=True)
class Fenced:
    phone: Phone
    path: str

    async def add(self, body: dict[str, Any], **given: Any) -> httpx.Response:
        return await self.phone.post(self.path, body, **given)


@pytest.fixture
async def fenced(api: Api) -> Fenced:
    await publish_market(api)
    ada = await phone_of_owner(api)
    return Fenced(phone=ada, path=f"/v1/homes/{await ada.home()}/geofences")


async def test_fences_are_made_read_changed_and_deleted(fenced: Fenced) -> None:
    made = [(await fenced.add(body)).json() for body in (PARK, ROAD, DOOR)]
    for body, fence in zip((PARK, ROAD, DOOR), made, strict=True):
        assert {name: fence[name] for name in body} == body
        assert (await fenced.phone.get(f"{fenced.path}/{fence['id']}")).json() == fence
    assert (await fenced.phone.get(fenced.path)).json()["items"] == made[::-1]
    one = f"{fenced.path}/{made[0]['id']}"
    changed = (await fenced.phone.patch(one, {"name": "Around", "circle": DOOR["circle"]})).json()
    assert (changed["name"], changed["polygon"], changed["circle"]) == ("Around", None, DOOR["circle"])
    assert (await fenced.phone.delete(one)).status_code == 204
    assert (await fenced.phone.get(one)).status_code == 404


async def test_the_same_key_makes_one_fence(fenced: Fenced) -> None:
    first, again = await fenced.add(PARK, key="k"), await fenced.add(PARK, key="k")
    assert first.json() == again.json()
    assert len((await fenced.phone.get(fenced.path)).json()["items"]) == 1


OPEN_RING = {"type": "Polygon", "coordinates": [[*RING[:3], [LON, LAT + 1e-6]]]}
HOLED = {"type": "Polygon", "coordinates": [RING, RING]}
CROSSED = {"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], [LON, LAT + 0.01], RING[0]]]}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"polygon": None}, "/polygon"),
        ({"circle": DOOR["circle"]}, "/polygon"),
        ({"kind": "moat"}, "/kind"),
        ({"name": ""}, "/name"),
        ({"polygon": OPEN_RING}, "/polygon/coordinates"),
        ({"polygon": HOLED}, "/polygon/coordinates"),
        ({"polygon": CROSSED}, "/polygon/coordinates"),
        ({"polygon": None, "circle": {"lat": LAT, "lon": LON, "radius_m": 5}}, "/circle/radius_m"),
        ({"polygon": None, "circle": {"lat": LAT + 1, "lon": LON, "radius_m": 50}}, "/circle"),
        ({"kind": "home"}, "/polygon"),
        ({"kind": "home", "polygon": None, "circle": {"lat": LAT, "lon": LON, "radius_m": 50}}, "/circle"),
    ],
)
async def test_what_cannot_be_a_fence_is_bad_input(fenced: Fenced, change: dict[str, Any], pointer: str) -> None:
    assert pointer in pointers(await fenced.add({**PARK, **change}))


async def test_a_home_has_one_home_fence_and_ten_in_all(fenced: Fenced) -> None:
    await fenced.add(DOOR)
    again = await fenced.add(DOOR)
    assert (again.status_code, again.json()["code"]) == (409, "home_fence_exists")
    for _ in range(9):
        assert (await fenced.add(ROAD)).status_code == 201
    more = await fenced.add(ROAD)
    assert (more.status_code, more.json()["code"]) == (409, "too_many_geofences")


async def test_a_strangers_home_has_no_fences(api: Api, fenced: Fenced) -> None:
    fence = (await fenced.add(PARK)).json()
    one, stranger = f"{fenced.path}/{fence['id']}", await phone_of_owner(api)
    other_home = f"/v1/homes/{await fenced.phone.home()}/geofences/{fence['id']}"
    answers = [
        await stranger.post(fenced.path, PARK),
        await stranger.get(fenced.path),
        await stranger.get(one),
        await stranger.patch(one, {"name": "mine"}),
        await stranger.delete(one),
        await fenced.phone.get(other_home),
    ]
    assert {answer.status_code for answer in answers} == {404}
