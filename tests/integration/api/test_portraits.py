"""The photo of a dog and of a person: cleaned as any other, in place of the one before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Dog
from dogwalk.db.models.photo import StoredObject
from dogwalk.db.repositories import booking as bookings
from dogwalk.domain.role import Role
from tests.support.households import Phone, phone_of_owner, pointers, publish_market
from tests.support.photos import CAMERA, located, photo
from tests.support.rows import MARKET, make_booking

if TYPE_CHECKING:
    import httpx

    from tests.support.api import Api


@pytest.fixture
async def owner(api: Api) -> Phone:
    await publish_market(api, market_id=MARKET)
    return await phone_of_owner(api)


async def put(phone: Phone, path: str, content: bytes) -> httpx.Response:
    return await phone.api.http.put(path, files={"file": ("a.jpg", content, "image/jpeg")}, headers=phone.who.headers)


async def content_at(phone: Phone, shown: dict[str, Any]) -> bytes:
    got = await phone.api.http.get(shown["url"].removeprefix(phone.api.settings.public_url))
    assert got.status_code == 200
    return got.content


async def objects(api: Api) -> list[bool]:
    """Whether each is needed."""
    async with api.resources.database.transaction() as session:
        return [one is None for one in await session.scalars(select(StoredObject.doomed_at))]


async def test_a_dog_has_one_photo(owner: Phone) -> None:
    dog_id = await owner.dog()
    assert (await owner.get(f"/v1/dogs/{dog_id}")).json()["photo"] is None
    assert (await owner.get(f"/v1/dogs/{dog_id}/photo")).status_code == 404
    first = await put(owner, f"/v1/dogs/{dog_id}/photo", located())
    assert first.status_code == 200, first.text
    assert CAMERA.encode() not in await content_at(owner, first.json())
    second = await put(owner, f"/v1/dogs/{dog_id}/photo", photo(width=50))
    [listed] = (await owner.get("/v1/dogs")).json()["items"]
    shown = (await owner.get(f"/v1/dogs/{dog_id}/photo")).json()
    assert await content_at(owner, listed["photo"]) == await content_at(owner, shown)
    assert await content_at(owner, shown) == await content_at(owner, second.json())
    assert sorted(await objects(owner.api)) == [False, True]
    at = owner.api.clock.now()
    assert await owner.api.resources.photo_shelf.sweep(at=at) == 0, "its address may still be open"
    assert await owner.api.resources.photo_shelf.sweep(at=at + timedelta(hours=2)) == 1
    assert (await owner.delete(f"/v1/dogs/{dog_id}")).status_code == 204
    assert await owner.api.resources.photo_shelf.sweep(at=at + timedelta(hours=2)) == 1
    assert await objects(owner.api) == []


async def test_nobody_elses_dog(owner: Phone) -> None:
    stranger = await phone_of_owner(owner.api)
    dog_id = await owner.dog()
    assert (await put(owner, f"/v1/dogs/{dog_id}/photo", photo())).status_code == 200
    assert (await put(stranger, f"/v1/dogs/{dog_id}/photo", photo())).status_code == 404
    assert (await stranger.get(f"/v1/dogs/{dog_id}/photo")).status_code == 404
    assert pointers(await put(owner, f"/v1/dogs/{dog_id}/photo", b"GIF89a")) == {"/file"}


async def test_its_walker_knows_it_by_its_photo_until_a_day_after(owner: Phone) -> None:
    api = owner.api
    walker = Phone(api=api, who=await api.caller(Role.WALKER))
    booking_id = await make_booking(
        api.resources, owner_id=owner.who.person_id, walker_id=walker.who.person_id, status="assigned"
    )
    async with api.resources.database.transaction() as session:
        [dog] = await bookings.dogs_of(session, booking_id)
    path = f"/v1/dogs/{dog.id}/photo"
    assert (await put(owner, path, photo())).status_code == 200
    assert (await walker.get(path)).status_code == 200
    async with api.resources.database.transaction() as session:
        (await session.get_one(Booking, booking_id)).ended_at = api.clock.now()
    api.clock.offset += timedelta(hours=23)
    assert (await walker.get(path)).status_code == 200
    api.clock.offset += timedelta(hours=2)
    assert (await walker.get(path)).status_code == 404
    assert (await owner.get(path)).status_code == 200


async def test_my_own(owner: Phone) -> None:
    assert (await owner.get("/v1/me")).json()["photo"] is None
    mine = await put(owner, "/v1/me/photo", located())
    assert mine.status_code == 200, mine.text
    shown = (await owner.get("/v1/me")).json()["photo"]
    assert await content_at(owner, shown) == await content_at(owner, mine.json())
    assert (await owner.api.http.put("/v1/me/photo", files={"file": photo()})).status_code == 401


async def test_a_dog_that_is_deleted_while_its_photo_comes_has_none(owner: Phone) -> None:
    dog_id = UUID(await owner.dog())
    async with owner.api.resources.database.transaction() as session:
        (await session.get_one(Dog, dog_id)).deleted_at = owner.api.clock.now()
    assert (await put(owner, f"/v1/dogs/{dog_id}/photo", photo())).status_code == 404
    assert await objects(owner.api) == []
