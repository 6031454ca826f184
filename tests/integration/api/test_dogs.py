"""An owner's dogs: hers alone, kept while a walk needs them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from dogwalk.db.models.booking import Booking
from dogwalk.domain.role import Role
from tests.support.households import DOG, Phone, phone_of_owner, pointers
from tests.support.rows import make_booking

if TYPE_CHECKING:
    from tests.support.api import Api

VET = {"name": "Dr. Paws", "phone": "+1 212 555 0199", "address": "2 Canary Street"}


@pytest.fixture
async def ada(api: Api) -> Phone:
    return await phone_of_owner(api)


async def test_a_dog_comes_back_as_it_was_told(ada: Phone) -> None:
    told = {**DOG, "notes": "Pulls", "behaviour": ["friendly"], "vet": VET, "microchip": "981020012345678"}
    added = (await ada.post("/v1/dogs", {**told, "vaccinated_until": "2027-01-31"})).json()
    assert {name: added[name] for name in told} == told
    assert (added["vaccinated_until"], added["adult"]) == ("2027-01-31", True)
    assert (await ada.get(f"/v1/dogs/{added['id']}")).json() == added
    assert (await ada.get("/v1/dogs")).json() == {"items": [added], "next_cursor": None}


async def test_one_key_adds_one_dog(ada: Phone) -> None:
    key = str(uuid4())
    answers = await asyncio.gather(*(ada.post("/v1/dogs", DOG, key=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert (await ada.post("/v1/dogs", DOG, key=key)).headers["Idempotency-Replayed"] == "true"
    assert len((await ada.get("/v1/dogs")).json()["items"]) == 1


async def test_without_a_key_none_is_added(ada: Phone) -> None:
    answer = await ada.api.http.post("/v1/dogs", json=DOG, headers=ada.who.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


async def test_pages_follow_each_other_newest_first(ada: Phone) -> None:
    ids = [await ada.dog(name=f"Rex {n}") for n in range(3)]
    first = (await ada.get("/v1/dogs?limit=2")).json()
    second = (await ada.get(f"/v1/dogs?limit=2&cursor={first['next_cursor']}")).json()
    assert [dog["id"] for dog in [*first["items"], *second["items"]]] == ids[::-1]
    assert second["next_cursor"] is None


async def test_what_is_named_is_changed_and_null_empties_what_may_be_empty(ada: Phone) -> None:
    dog_id = await ada.dog(vet=VET, notes="Pulls")
    changed = await ada.patch(f"/v1/dogs/{dog_id}", {"name": "Rexy", "notes": None, "vet": None, "weight_kg": 13})
    dog = (await ada.get(f"/v1/dogs/{dog_id}")).json()
    assert changed.json() == dog
    assert (dog["name"], dog["notes"], dog["vet"], dog["weight_kg"], dog["breed"]) == (
        "Rexy",
        "Pulls",
        None,
        13,
        "Beagle",
    )


async def test_a_strangers_dog_is_not_there(api: Api, ada: Phone) -> None:
    dog_id, grace = await ada.dog(), await phone_of_owner(api)
    path = f"/v1/dogs/{dog_id}"
    answers = [await grace.get(path), await grace.patch(path, {"name": "Mine"}), await grace.delete(path)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await grace.get("/v1/dogs")).json()["items"] == []
    assert (await ada.get(path)).json()["name"] == "Rex"


async def test_a_walker_has_no_dogs_to_list(api: Api) -> None:
    walker = await api.caller(Role.WALKER)
    answer = await api.http.get("/v1/dogs", headers=walker.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"weight_kg": 0}, "/weight_kg"),
        ({"weight_kg": 150}, "/weight_kg"),
        ({"born_on": "yesterday"}, "/born_on"),
        ({"sex": "maybe"}, "/sex"),
        ({"behaviour": ["x" * 41]}, "/behaviour/0"),
        ({"behaviour": ["calm"] * 21}, "/behaviour"),
        ({"vet": {"phone": "1"}}, "/vet/name"),
        ({"microchip": "12"}, "/microchip"),
    ],
)
async def test_what_makes_no_sense_is_pointed_at(ada: Phone, fields: dict[str, Any], pointer: str) -> None:
    assert pointers(await ada.post("/v1/dogs", {**DOG, **fields})) == {pointer}
    dog_id = await ada.dog()
    assert pointers(await ada.patch(f"/v1/dogs/{dog_id}", fields)) == {pointer}


async def test_no_dog_is_born_in_the_future(ada: Phone) -> None:
    soon = str(ada.api.clock.now().date() + timedelta(days=2))
    dog_id = await ada.dog()
    for answer in (
        await ada.post("/v1/dogs", {**DOG, "born_on": soon}),
        await ada.patch(f"/v1/dogs/{dog_id}", {"born_on": soon}),
    ):
        assert (pointers(answer), answer.json()["code"]) == ({"/born_on"}, "born_in_the_future")


async def test_a_dog_stays_while_a_walk_needs_it(api: Api, ada: Phone) -> None:
    booking_id = await make_booking(api.resources, owner_id=ada.who.person_id)
    path = f"/v1/dogs/{(await ada.get('/v1/dogs')).json()['items'][0]['id']}"
    refused = await ada.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "dog_in_use")
    async with api.resources.database.transaction() as session:
        (await session.get_one(Booking, booking_id)).closed_at = api.clock.now()
    assert (await ada.delete(path)).status_code == 204
    assert [(await ada.get(path)).status_code, (await ada.delete(path)).status_code] == [404, 404]
    assert (await ada.get("/v1/dogs")).json()["items"] == []
