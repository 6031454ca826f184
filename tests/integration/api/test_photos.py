"""Photos of a walk: by its walker, around it, for its owner; kept once, whatever becomes of the upload."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import boto3
import httpx
import pytest
from sqlalchemy import select

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.photo import Photo, StoredObject
from dogwalk.domain.role import Role
from tests.support.api import Api, open_api
from tests.support.households import Phone, phone_of_owner, pointers, publish_market
from tests.support.photos import CAMERA, located, opened, photo
from tests.support.rows import MARKET, make_booking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.support.database import Template

TEN_MB = 10 * 1024 * 1024


@dataclass(kw_only=True)
class Album:
    """A walk that is on its way."""

    api: Api
    owner: Phone
    walker: Phone
    booking_id: UUID

    @property
    def path(self) -> str:
        return f"/v1/bookings/{self.booking_id}/photos"

    async def send(
        self, content: bytes | None = None, *, by: Phone | None = None, key: str | None = None, name: str = "dog.jpg"
    ) -> httpx.Response:
        headers = {**(by or self.walker).who.headers, "Idempotency-Key": key or str(uuid4())}
        files = {"file": (name, photo() if content is None else content, "image/jpeg")}
        return await self.api.http.post(self.path, files=files, headers=headers)

    async def sees(self, phone: Phone) -> list[str]:
        answer = await phone.get(self.path)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    async def change(self, **fields: object) -> None:
        async with self.api.resources.database.transaction() as session:
            booking = await session.get_one(Booking, self.booking_id)
            for name, value in fields.items():
                setattr(booking, name, value)

    async def objects(self) -> dict[str, bool]:
        """Key → whether a row needs it."""
        async with self.api.resources.database.transaction() as session:
            return {one.key: one.doomed_at is None for one in await session.scalars(select(StoredObject))}


@pytest.fixture
async def album(api: Api) -> Album:
    return await album_of(api)


async def album_of(api: Api) -> Album:
    await publish_market(api, market_id=MARKET)
    owner, walker = await phone_of_owner(api), Phone(api=api, who=await api.caller(Role.WALKER))
    booking_id = await make_booking(
        api.resources,
        owner_id=owner.who.person_id,
        walker_id=walker.who.person_id,
        status="on_the_way",
        on_the_way_at=api.clock.now(),
    )
    return Album(api=api, owner=owner, walker=walker, booking_id=booking_id)


async def test_the_owner_sees_what_the_walker_sent_and_not_where(album: Album) -> None:
    sent = await album.send(located(), name="../../etc/passwd.gif")
    assert sent.status_code == 201, sent.text
    assert await album.sees(album.owner) == await album.sees(album.walker) == [sent.json()["id"]]
    [shown] = (await album.owner.get(album.path)).json()["items"]
    got = await album.api.http.get(shown["url"].removeprefix(album.api.settings.public_url))
    assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
    assert CAMERA.encode() not in got.content
    assert not opened(got.content).getexif()
    assert (shown["width_px"], shown["height_px"]) == opened(got.content).size


async def test_a_repeat_is_one_photo_under_a_fresh_address(album: Album) -> None:
    key, content = str(uuid4()), photo()
    first, again = [(await album.send(content, key=key)).json() for _ in range(2)]
    assert first["id"] == again["id"]
    assert await album.sees(album.owner) == [first["id"]]
    other = await album.send(photo(width=50), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    missing = await album.api.http.post(album.path, files={"file": b"x"}, headers=album.walker.who.headers)
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency_key_required")


async def test_only_its_walker_sends_and_only_the_two_see(album: Album) -> None:
    stranger = Phone(api=album.api, who=await album.api.caller(Role.WALKER, Role.OWNER))
    assert (await album.send(by=stranger)).status_code == 404
    assert (await stranger.get(album.path)).status_code == 404
    assert (await album.send(by=album.owner)).status_code == 403
    assert (await album.api.http.get(album.path)).status_code == 401
    assert (await album.api.http.post(album.path, content=b"x" * 2_000_000)).status_code == 401


async def test_a_walker_whom_another_replaced_sees_her_own_alone(album: Album) -> None:
    hers = (await album.send()).json()["id"]
    other = Phone(api=album.api, who=await album.api.caller(Role.WALKER))
    await album.change(walker_id=other.who.person_id, assignment_no=2)
    his = (await album.send(by=other)).json()["id"]
    assert await album.sees(album.walker) == [hers]
    assert await album.sees(other) == [his]
    assert await album.sees(album.owner) == [hers, his]
    assert (await album.send()).status_code == 404


async def test_from_a_quarter_hour_before_until_a_day_after(album: Album) -> None:
    await album.change(status="assigned", on_the_way_at=None)
    early = await album.send()
    assert (early.status_code, early.json()["code"]) == (409, "too_early")
    album.api.clock.offset += timedelta(days=1, minutes=-10)
    assert (await album.send()).status_code == 201
    await album.change(status="completed", ended_at=album.api.clock.now())
    album.api.clock.offset += timedelta(hours=23)
    assert (await album.send()).status_code == 201
    album.api.clock.offset += timedelta(hours=1)
    late = await album.send()
    assert (late.status_code, late.json()["code"]) == (409, "window_closed")
    assert len(await album.sees(album.owner)) == 2


@pytest.mark.parametrize(
    ("content", "code"), [(b"GIF89a", "photo_type_unknown"), (photo()[:300], "photo_unreadable"), (b"", None)]
)
async def test_what_is_no_photo_is_refused_whatever_it_calls_itself(
    album: Album, content: bytes, code: str | None
) -> None:
    refused = await album.send(content)
    assert pointers(refused) == {"/file"}
    assert code in {None, refused.json()["code"]}
    assert await album.sees(album.owner) == []


async def test_a_body_without_a_photo(album: Album) -> None:
    headers = {**album.walker.who.headers, "Idempotency-Key": str(uuid4())}
    for body in ({"json": {"file": "x"}}, {"data": {"file": "x"}}, {"files": {"photo": photo()}}):
        refused = await album.api.http.post(album.path, headers=headers, **body)  # type: ignore[arg-type]
        assert pointers(refused) == {"/file"}
        assert refused.json()["code"] == "photo_missing"


async def test_larger_than_ten_megabytes_is_413_however_it_is_sent(album: Album) -> None:
    declared = await album.send(b"\xff\xd8" + b"0" * TEN_MB)
    assert (declared.status_code, declared.json()["code"]) == (413, "payload_too_large")
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        while True:
            read += 65_536
            yield b"0" * 65_536

    headers = {
        **album.walker.who.headers,
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "multipart/form-data; boundary=b",
    }
    streamed = await album.api.http.post(album.path, content=endless(), headers=headers)
    assert (streamed.status_code, streamed.json()["code"]) == (413, "payload_too_large")
    assert read < TEN_MB + 200_000


async def test_at_most_fifty_of_a_walk(album: Album) -> None:
    sent = (await album.send()).json()["id"]
    async with album.api.resources.database.transaction() as session:
        row = await session.get_one(Photo, UUID(sent))
        for _ in range(49):
            key = f"photos/{uuid4()}.jpg"
            session.add(StoredObject(key=key, created_at=row.stored_at))
            await session.flush()
            session.add(copy_of(row, key))
    refused = await album.send()
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_photos")


def copy_of(row: Photo, key: str) -> Photo:
    return Photo(
        booking_id=row.booking_id,
        person_id=row.person_id,
        assignment_no=row.assignment_no,
        object_key=key,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        width_px=row.width_px,
        height_px=row.height_px,
        stored_at=row.stored_at,
    )


async def test_what_was_stored_for_nothing_is_swept_away(album: Album) -> None:
    """The phone hung up between the object and its row."""
    shelf, at = album.api.resources.photo_shelf, album.api.clock.now()
    kept = (await album.send()).json()
    orphan, _ = await shelf.put(photo(), at=at)
    assert sorted((await album.objects()).values()) == [False, True]
    assert await shelf.sweep(at=at + timedelta(minutes=59)) == 0
    assert await shelf.sweep(at=at + timedelta(minutes=61)) == 1
    assert orphan not in await album.objects()
    lost = (await album.api.resources.objects.sign([orphan]))[orphan]
    for url, status in ((lost.url, 404), (kept["url"], 200)):
        assert (await album.api.http.get(url.removeprefix(album.api.settings.public_url))).status_code == status


async def test_a_store_that_is_away_is_asked_again_under_the_same_key(
    stack_environment: dict[str, str], template: Template, tmp_path: Path
) -> None:
    """Nothing is written of the first try but that it may have left an object."""
    folder, key = tmp_path / "objects", str(uuid4())
    folder.touch()
    async with open_api(stack_environment, template, object_store_folder=str(folder)) as api:
        album = await album_of(api)
        away = await album.send(key=key)
        assert (away.status_code, away.json()["code"], "Retry-After" in away.headers) == (503, "unavailable", True)
        assert await album.sees(album.owner) == []
        folder.unlink()
        sent = await album.send(key=key)
        assert sent.status_code == 201, sent.text
        assert await album.sees(album.owner) == [sent.json()["id"]]
        assert sorted((await album.objects()).values()) == [False, True]


async def test_with_a_bucket_its_addresses_are_amazons(stack_environment: dict[str, str], template: Template) -> None:
    amazon = stack_environment["AWS_ENDPOINT_URL_SNS"]  # moto's one server for all of it
    with a_bucket(amazon) as bucket:
        settings = {"object_store_bucket": bucket, "aws_endpoint_url_s3": amazon}
        async with open_api(stack_environment, template, **settings) as api:
            album = await album_of(api)
            sent = await album.send(located())
            assert sent.status_code == 201, sent.text
            url = sent.json()["url"]
            assert url.startswith(f"{amazon}/{bucket}/photos/")
            async with httpx.AsyncClient() as http:
                got = await http.get(url)
            assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
            assert CAMERA.encode() not in got.content
            path = url.split(bucket)[1].split("?")[0]
            ours = await api.http.get(f"/v1/objects{path}", params={"expires": 2**33, "signature": "x"})
            assert ours.status_code == 404


@contextmanager
def a_bucket(address: str) -> Iterator[str]:
    name = f"photos-{uuid4().hex}"
    where = {"LocationConstraint": "eu-central-1"}
    client = boto3.client(
        "s3", region_name="eu-central-1", endpoint_url=address, aws_access_key_id="x", aws_secret_access_key="x"
    )
    with closing(client):
        client.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    yield name


async def test_an_address_cannot_be_made_up(album: Album) -> None:
    url = (await album.send()).json()["url"].removeprefix(album.api.settings.public_url)
    for bad in (url[:-2], url.replace("expires=", "expires=1"), url.split("?")[0] + "?expires=1&signature=x"):
        assert (await album.api.http.get(bad)).status_code == 404
    assert (await album.api.http.get(url.split("?")[0])).status_code == 422


async def test_no_log_tells_an_address(album: Album, capsys: pytest.CaptureFixture[str]) -> None:
    shown = (await album.send()).json()
    url = shown["url"].removeprefix(album.api.settings.public_url)
    assert (await album.api.http.get(url)).status_code == 200
    await album.sees(album.owner)
    logged = "".join(capsys.readouterr())
    assert shown["id"] not in url
    assert album.path.split("/")[3] in logged, "there is something to look through"
    signature = url.split("signature=")[1]
    assert signature not in logged
    assert "signature=" not in logged
