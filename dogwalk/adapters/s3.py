"""Objects in an S3 bucket, private; read through presigned addresses. boto3 blocks, so it runs on threads."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dogwalk.errors import Unavailable
from dogwalk.ports import SignedUrl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from mypy_boto3_s3.client import S3Client

    from dogwalk.ports import Clock

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 15.0
THREADS = 8
T = TypeVar("T")


class S3ObjectStore:
    """Without `access_key_id` the machine's role signs. `clock` is the wall's: Amazon judges the addresses by its own."""

    def __init__(
        self,
        *,
        bucket: str,
        region: str,
        clock: Clock,
        url_ttl_s: int,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        endpoint_url: str | None = None,
    ) -> None:
        self._bucket = bucket
        self._clock = clock
        self._url_ttl_s = url_ttl_s
        self._endpoint_url = endpoint_url
        self._session = boto3.Session(
            region_name=region, aws_access_key_id=access_key_id, aws_secret_access_key=secret_access_key
        )
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="s3")
        self._client: S3Client | None = None
        self._made = asyncio.Lock()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    async def put(self, key: str, content: bytes, *, content_type: str) -> None:
        client = await self._opened()
        await self._on_thread(
            lambda: client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
        )

    async def delete(self, key: str) -> None:
        client = await self._opened()
        await self._on_thread(lambda: client.delete_object(Bucket=self._bucket, Key=key))

    async def sign(self, keys: Collection[str]) -> Mapping[str, SignedUrl]:
        if not keys:
            return {}
        client, expires_at = await self._opened(), self._expires_at()
        return await self._on_thread(
            lambda: {key: SignedUrl(url=self._signed(client, key), expires_at=expires_at) for key in keys}
        )

    def _signed(self, client: S3Client, key: str) -> str:
        return client.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": key}, ExpiresIn=self._url_ttl_s
        )

    def _expires_at(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._url_ttl_s)

    async def _on_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            log.warning("object_store_refused", error_code=code)
            raise Unavailable(f"S3: {code}") from error
        except BotoCoreError as error:
            log.warning("object_store_away", error=type(error).__name__)
            raise Unavailable(f"S3: {type(error).__name__}") from error

    async def _opened(self) -> S3Client:
        """Made at the first photo: it reads 100 ms of service descriptions from disk."""
        async with self._made:
            if self._client is None:
                self._client = await self._on_thread(self._make)
            return self._client

    def _make(self) -> S3Client:
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            signature_version="s3v4",
            s3={"addressing_style": "path" if self._endpoint_url else "virtual"},
        )
        return self._session.client("s3", endpoint_url=self._endpoint_url, config=config)
