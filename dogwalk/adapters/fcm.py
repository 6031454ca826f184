"""Push notifications through Firebase Cloud Messaging: the one file that imports `firebase_admin`.

Its async client breaks on a second event loop, so the blocking one runs on threads of its own.
"""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import firebase_admin
import structlog
from firebase_admin import credentials, exceptions, messaging
from google.auth.exceptions import GoogleAuthError
from requests.adapters import HTTPAdapter

from dogwalk.errors import Unavailable
from dogwalk.ports import DeliveryOutcome, PushMessage

if TYPE_CHECKING:
    from requests import Session

log = structlog.get_logger(__name__)

TIMEOUT_S = 8.0  # the library's own is 120 s, longer than any claim on a message
THREADS = 8
URL_ATTRIBUTES = ("_fcm_url", "_fcm_topic_url")

GONE = (messaging.UnregisteredError, messaging.SenderIdMismatchError)


class FirebasePushSender:
    """`credentials_json` is a service account; without one every push waits. `base_url` is a stand-in's address."""

    def __init__(self, *, credentials_json: str | None, base_url: str | None) -> None:
        self._app = _open_app(credentials_json) if credentials_json else None
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="fcm")
        if self._app is not None:
            _prepare(self._app, base_url)

    async def close(self) -> None:
        """On a thread: the library runs an event loop of its own to close what it opened."""
        if self._app is not None:
            await asyncio.get_running_loop().run_in_executor(self._threads, firebase_admin.delete_app, self._app)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, *, device_kind: str, device_value: str, message: PushMessage) -> DeliveryOutcome:
        if self._app is None:
            raise Unavailable("Push is not set up: FIREBASE_CREDENTIALS is missing")
        built = _message(device_kind, device_value, message)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._send, built)

    def _send(self, built: messaging.Message) -> DeliveryOutcome:
        try:
            messaging.send(built, app=self._app)
        except GONE:
            return DeliveryOutcome.GONE
        except (exceptions.InvalidArgumentError, ValueError) as error:
            log.warning("push_rejected", error=type(error).__name__)
            return DeliveryOutcome.REJECTED
        except (exceptions.FirebaseError, GoogleAuthError) as error:
            # quota and outages pass; a wrong credential is repaired by people while the message waits
            raise Unavailable(f"FCM: {type(error).__name__}") from error
        return DeliveryOutcome.SENT


def _open_app(credentials_json: str) -> firebase_admin.App:
    """Under a name of its own: the library keeps a registry by name, and a process may hold two."""
    return firebase_admin.initialize_app(_account(credentials_json), {"httpTimeout": TIMEOUT_S}, name=uuid4().hex)


@lru_cache(maxsize=1)
def _account(credentials_json: str) -> credentials.Certificate:
    """Read once a process: to look whether a key's primes are primes takes 40 ms."""
    return credentials.Certificate(json.loads(credentials_json))


def _prepare(app: firebase_admin.App, base_url: str | None) -> None:
    """Points the app's messaging at a stand-in, and takes the library's own retries away.

    On 429 they sleep for as long as `Retry-After` says and then send, long after the message went back to the outbox and
    out again. There is no public setting for either; a renamed attribute fails here, at start.
    """
    service = messaging._get_messaging_service(app)  # noqa: SLF001 no public way, see above
    missing = [name for name in URL_ATTRIBUTES if not hasattr(service, name)]
    if missing:
        raise RuntimeError(f"firebase-admin was changed: its messaging service has no {', '.join(missing)}")
    if base_url is not None:
        service._fcm_url = f"{base_url}/v1/projects/{app.project_id}/messages:send"  # noqa: SLF001 see above
        service._fcm_topic_url = f"{base_url}/v1/projects/{app.project_id}/registrations"  # noqa: SLF001 see above
    session: Session = service._client.session  # noqa: SLF001 see above
    session.mount(service._fcm_url, HTTPAdapter(pool_maxsize=THREADS, max_retries=0))  # noqa: SLF001 see above


def _message(device_kind: str, device_value: str, message: PushMessage) -> messaging.Message:
    built = messaging.Message(
        notification=messaging.Notification(title=message.title, body=message.body),
        data={**message.data, "kind": message.kind, "message_id": message.message_id},
        android=messaging.AndroidConfig(
            collapse_key=message.message_id,
            priority="high" if message.high_priority else "normal",
            ttl=timedelta(seconds=message.ttl_s),
        ),
        apns=messaging.APNSConfig(headers=_apns_headers(message)),
    )
    # set afterwards: the constructor warns about `token`, which phones of before still have
    setattr(built, "fid" if device_kind == "fid" else "token", device_value)
    return built


def _apns_headers(message: PushMessage) -> dict[str, Any]:
    return {
        "apns-collapse-id": message.message_id,
        "apns-priority": "10" if message.high_priority else "5",
        "apns-expiration": str(int(time.time()) + message.ttl_s),
    }
