"""Objects in a bucket (moto's S3, by boto3) and in a folder: private, read through addresses that end."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import httpx
import pytest

from dogwalk.adapters.clock import SystemClock
from dogwalk.adapters.object_folder import FolderObjectStore
from dogwalk.adapters.s3 import S3ObjectStore
from dogwalk.adapters.vault import SettingsKeyVault
from dogwalk.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY = "http://127.0.0.1:9"
TYPE = "image/jpeg"
TTL_S = 60


@pytest.fixture
def key() -> str:
    return f"photos/{uuid4()}.jpg"


# --- a bucket -------------------------------------------------------------------------------------------------------


def s3(environment: dict[str, str], *, bucket: str = "photos", address: str | None = None) -> S3ObjectStore:
    return S3ObjectStore(
        bucket=bucket,
        region="eu-central-1",
        clock=SystemClock(),
        url_ttl_s=TTL_S,
        access_key_id=environment["AWS_ACCESS_KEY_ID"],
        secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        endpoint_url=address or environment["AWS_ENDPOINT_URL_SNS"],  # one server for all of Amazon
    )


@pytest.fixture
def bucket(stack_environment: dict[str, str]) -> Iterator[S3ObjectStore]:
    name = f"photos-{uuid4().hex}"
    with closing(
        boto3.client(
            "s3",
            region_name="eu-central-1",
            endpoint_url=stack_environment["AWS_ENDPOINT_URL_SNS"],
            aws_access_key_id=stack_environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=stack_environment["AWS_SECRET_ACCESS_KEY"],
        )
    ) as client:
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    with closing(s3(stack_environment, bucket=name)) as store:
        yield store


async def test_what_is_put_into_a_bucket_is_read_through_its_address(bucket: S3ObjectStore, key: str) -> None:
    for content in (b"\xff\xd8 first", b"\xff\xd8 second & last=1"):
        await bucket.put(key, content, content_type=TYPE)
    address = (await bucket.sign([key]))[key]
    async with httpx.AsyncClient() as http:
        answer = await http.get(address.url)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == TYPE
    query = parse_qs(urlsplit(address.url).query)
    assert query["X-Amz-Expires"] == [str(TTL_S)]
    assert "X-Amz-Signature" in query
    assert address.url not in repr(address)


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(bucket: S3ObjectStore, key: str) -> None:
    await bucket.put(key, b"x", content_type=TYPE)
    for _ in range(2):
        await bucket.delete(key)
    async with httpx.AsyncClient() as http:
        assert (await http.get((await bucket.sign([key]))[key].url)).status_code == 404


async def test_a_store_that_is_away_or_refuses_is_unavailable(stack_environment: dict[str, str], key: str) -> None:
    with closing(s3(stack_environment, address=NOBODY)) as away, closing(s3(stack_environment, bucket="no")) as none:
        for store in (away, none):
            with pytest.raises(Unavailable):
                await store.put(key, b"x", content_type=TYPE)


# --- a folder -------------------------------------------------------------------------------------------------------


def folder(path: Path, clock: SystemClock) -> FolderObjectStore:
    return FolderObjectStore(
        folder=path,
        public_url="http://api.test/",
        vault=SettingsKeyVault(keys="k1:of this test"),
        clock=clock,
        url_ttl_s=TTL_S,
    )


def parts(url: str) -> tuple[str, int, str]:
    split = urlsplit(url)
    query = parse_qs(split.query)
    return split.path.removeprefix("/v1/objects/"), int(query["expires"][0]), query["signature"][0]


async def test_what_is_put_into_a_folder_is_read_through_its_address(tmp_path: Path, key: str) -> None:
    store = folder(tmp_path, SystemClock())
    for content in (b"first", b"second"):
        await store.put(key, content, content_type=TYPE)
    named, expires, signature = parts((await store.sign([key]))[key].url)
    found = await store.read(named, expires=expires, signature=signature)
    assert (named, found.content, found.content_type) == (key, b"second", TYPE)
    assert files_in(tmp_path) == [key.removeprefix("photos/")]


def files_in(path: Path) -> list[str]:
    return [file.name for file in path.rglob("*.*")]


async def test_an_address_ends_and_cannot_be_changed(tmp_path: Path, key: str) -> None:
    clock = SystemClock()
    store = folder(tmp_path, clock)
    other = f"photos/{uuid4()}.jpg"
    for one in (key, other):
        await store.put(one, b"x", content_type=TYPE)
    _, expires, signature = parts((await store.sign([key]))[key].url)
    for asked, until, signed in (
        (other, expires, signature),
        (key, expires + 1, signature),
        (key, expires, "é"),
        (key, expires, signature[:-1]),
    ):
        with pytest.raises(NotFound):
            await store.read(asked, expires=until, signature=signed)
    clock.offset += timedelta(seconds=TTL_S)
    with pytest.raises(NotFound):
        await store.read(key, expires=expires, signature=signature)


async def test_only_keys_of_ours_are_names_of_files(tmp_path: Path, key: str) -> None:
    store = folder(tmp_path / "objects", SystemClock())
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    for asked in ("../secret.jpg", "photos/../../secret.jpg", "/etc/passwd", ""):
        _, expires, signature = parts((await store.sign([asked]))[asked].url)
        with pytest.raises(NotFound):
            await store.read(asked, expires=expires, signature=signature)
    await store.delete(key)
