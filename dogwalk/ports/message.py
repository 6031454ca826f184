"""Push, mail and SMS by role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PushMessage:
    """Ids and a kind, never an address or a code."""

    message_id: str
    kind: str
    title: str
    body: str
    data: dict[str, str]
    high_priority: bool = False
    ttl_s: int = 3600


class DeliveryOutcome(StrEnum):
    SENT = "sent"
    GONE = "gone"  # the device or address is no more: forget it
    REJECTED = "rejected"  # never retry
    UNKNOWN = "unknown"  # no answer after it was handed over: it may have gone out, so an SMS is not repeated
    MUTED = "muted"  # the person does not want it, or not now: handed over to nobody


class PushSender(Protocol):
    """Raises Unavailable when a retry can help."""

    async def send(self, *, device_kind: str, device_value: str, message: PushMessage) -> DeliveryOutcome: ...


@dataclass(frozen=True, slots=True)
class MailMessage:
    message_id: str
    to: str
    subject: str
    text: str
    html: str | None = None


class MailSender(Protocol):
    """5xx is REJECTED, 4xx and no connection raise Unavailable."""

    async def send(self, message: MailMessage) -> DeliveryOutcome: ...


class SmsSender(Protocol):
    """Transactional SMS to an E.164 number in an allowed country, REJECTED for others. Raises Unavailable only when it
    surely did not go out; no answer after it was handed over is UNKNOWN, and callers do not repeat that one.
    """

    async def send(self, *, to: str, text: str, message_id: str) -> DeliveryOutcome: ...
