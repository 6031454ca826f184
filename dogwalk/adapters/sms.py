"""SMS through Amazon SNS: transactional, to numbers in allowed countries only. boto3 blocks, so it runs on threads."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import phonenumbers
import structlog
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)

from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 10.0
THREADS = 4
# Answered before anything was accepted, or never connected: trying again sends no second SMS.
NOT_HANDED_OVER = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, ProxyConnectionError, SSLError)
REFUSED_FOR_GOOD = frozenset({"InvalidParameter", "InvalidParameterValue", "OptedOut"})
CLIENT_ERRORS = range(400, 500)


class SnsSmsSender:
    """`countries` are ISO codes. Without `access_key_id` the machine's role signs; `is_enabled=False` (a development
    machine with neither keys nor a stand-in) lets every SMS wait instead of asking Amazon.
    """

    def __init__(
        self,
        *,
        region: str,
        countries: str,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        endpoint_url: str | None = None,
        is_enabled: bool = True,
    ) -> None:
        self._countries = frozenset(code.strip().upper() for code in countries.split(",") if code.strip())
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="sns")
        self._account: dict[str, Any] = {
            "region_name": region,
            "aws_access_key_id": access_key_id,
            "aws_secret_access_key": secret_access_key,
        }
        self._endpoint_url = endpoint_url
        self._is_enabled = is_enabled
        self._client: SNSClient | None = None
        self._made = asyncio.Lock()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    async def send(self, *, to: str, text: str, message_id: str) -> DeliveryOutcome:
        if not self._is_enabled:
            raise Unavailable("SMS is not set up: AWS_ACCESS_KEY_ID is missing")
        if not self._is_allowed(to):
            log.warning("sms_country_not_allowed", message_id=message_id)
            return DeliveryOutcome.REJECTED
        client = await self._opened()
        return await asyncio.get_running_loop().run_in_executor(self._threads, _publish, client, to, text, message_id)

    def _is_allowed(self, number: str) -> bool:
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return False
        return phonenumbers.region_code_for_number(parsed) in self._countries

    async def _opened(self) -> SNSClient:
        """Made at the first SMS: it reads 100 ms of service descriptions from disk."""
        async with self._made:
            if self._client is None:
                make = asyncio.get_running_loop().run_in_executor(self._threads, self._make)
                self._client = await make
            return self._client

    def _make(self) -> SNSClient:
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"total_max_attempts": 1},  # SNS knows no idempotency: a retry of the library's would send twice
        )
        return boto3.Session(**self._account).client("sns", endpoint_url=self._endpoint_url, config=config)


def _publish(client: SNSClient, to: str, text: str, message_id: str) -> DeliveryOutcome:
    try:
        client.publish(PhoneNumber=to, Message=text, MessageAttributes=_attributes())
    except ClientError as error:
        return _refused(error.response, message_id)
    except NOT_HANDED_OVER as error:
        raise Unavailable(f"SNS: {type(error).__name__}") from error
    except BotoCoreError as error:
        log.warning("sms_outcome_unknown", message_id=message_id, error=type(error).__name__)
        return DeliveryOutcome.UNKNOWN
    return DeliveryOutcome.SENT


def _refused(response: Any, message_id: str) -> DeliveryOutcome:
    """A 4xx was not sent: for good if the number is at fault, for now if we are. After a 5xx nobody knows."""
    code, status = response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]
    log.warning("sms_refused", message_id=message_id, code=code, status=status)
    if code in REFUSED_FOR_GOOD:
        return DeliveryOutcome.REJECTED
    if status in CLIENT_ERRORS:
        raise Unavailable(f"SNS: {code}")
    return DeliveryOutcome.UNKNOWN


def _attributes() -> dict[str, Any]:
    return {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
