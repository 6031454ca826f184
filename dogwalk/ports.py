"""What the services need from the world, by role. Adapters (one file per provider) keep these promises.

Every method that changes something at a provider takes an idempotency key made from the fact
(`{workflow id}:{step}:{counter}`) and may be repeated with the same arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from uuid import UUID

    from dogwalk.contracts.base import Payload
    from dogwalk.contracts.booking import BookingRequest, BookingState, FenceCrossed, RungReached
    from dogwalk.contracts.support import AreaNotice, Delay, SupportCommand


class Clock(Protocol):
    """The API's and the sweeps' idea of now (aware UTC). Workflows and activities use `workflow.now()` instead."""

    def now(self) -> datetime: ...


class HoldStatus(StrEnum):
    HELD = "held"
    ACTION_REQUIRED = "action_required"
    DECLINED = "declined"
    CAPTURED = "captured"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class PaymentHold:
    """An authorisation hold as the provider sees it now. Amounts in minor units. `step` is the key it was asked for
    under.
    """

    payment_intent_id: str
    status: HoldStatus
    amount: int
    currency: str
    amount_capturable: int = 0
    amount_captured: int = 0
    charge_id: str | None = None
    capture_before: datetime | None = None
    decline_code: str | None = None
    created_at: datetime | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class RefundReceipt:
    refund_id: str
    amount: int
    status: str


@dataclass(frozen=True, slots=True)
class TransferReceipt:
    transfer_id: str
    amount: int
    amount_reversed: int = 0
    step: str | None = None


@dataclass(frozen=True, slots=True)
class ReversalReceipt:
    reversal_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class CardSetup:
    """What the phone's Stripe library needs to save a card. Secrets: never logged, never stored, never in a payload."""

    setup_intent_id: str
    client_secret: str = field(repr=False)
    customer_session_client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Card:
    payment_method_id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True)
class PayoutAccount:
    account_id: str
    transfers_active: bool
    requirements: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A verified webhook event: an announcement only. The object is fetched again before anything is believed."""

    event_id: str
    type: str
    livemode: bool
    object_id: str
    account_id: str | None
    payload: dict[str, Any]


class PaymentGateway(Protocol):
    """Stripe by role: separate charges and transfers, manual capture (providers.md).

    Raises CardDeclined, PaymentUnknown (no answer or 5xx: it may have happened), Unavailable (429, connection refused
    before anything was sent) and PaymentError (400s: our mistake, never retried).
    """

    async def create_customer(self, *, person_id: str, email: str, name: str, key: str) -> str: ...
    async def start_card_setup(self, *, customer_id: str, key: str) -> CardSetup: ...
    async def list_cards(self, *, customer_id: str) -> list[Card]: ...
    async def detach_card(self, *, payment_method_id: str) -> None: ...
    async def card_belongs_to(self, *, customer_id: str, payment_method_id: str) -> bool: ...

    async def authorize(
        self,
        *,
        customer_id: str,
        payment_method_id: str,
        amount: int,
        currency: str,
        booking_id: str,
        off_session: bool,
        key: str,
    ) -> PaymentHold:
        """Places a hold (manual capture, `transfer_group = booking_<id>`). A decline is an answer (`status=declined`),
        not an exception; so is `action_required`.
        """
        ...

    async def charge(
        self,
        *,
        customer_id: str,
        payment_method_id: str,
        amount: int,
        currency: str,
        booking_id: str,
        off_session: bool,
        key: str,
        attempt: str,
    ) -> PaymentHold:
        """As `authorize`, but taken at once: `captured` when it went through. `attempt` distinguishes tries under one
        `key`, which names the payment for ever.
        """
        ...

    async def confirm(
        self, *, payment_intent_id: str, payment_method_id: str, off_session: bool, key: str
    ) -> PaymentHold:
        """Tries the same payment again, with this card. One that went through meanwhile is an answer too."""
        ...

    async def get_hold(self, *, payment_intent_id: str) -> PaymentHold: ...

    async def find_holds(self, *, customer_id: str, booking_id: str) -> list[PaymentHold]:
        """Every PaymentIntent of this booking by its metadata, newest first, read from the list (strongly consistent),
        not from search: what a lost answer may have left.
        """
        ...

    async def get_client_secret(self, *, payment_intent_id: str) -> str: ...
    async def capture(self, *, payment_intent_id: str, amount: int, key: str) -> PaymentHold:
        """Captures once. Already captured: answers what was captured. Lapsed: PaymentError code `hold_lapsed`."""
        ...

    async def release(self, *, payment_intent_id: str, key: str) -> PaymentHold:
        """Cancels the intent. Nothing to cancel any more (canceled, captured) is an answer too."""
        ...

    async def refund(self, *, payment_intent_id: str, amount: int, booking_id: str, key: str) -> RefundReceipt: ...

    async def transfer(
        self,
        *,
        account_id: str,
        amount: int,
        currency: str,
        booking_id: str,
        source_charge_id: str | None,
        key: str,
        attempt: int = 1,
    ) -> TransferReceipt:
        """`source_charge_id=None` is a platform-funded transfer: PaymentError `balance_insufficient` when short; the next
        try is another `attempt` under the same `key`.
        """
        ...

    async def reverse(self, *, transfer_id: str, amount: int, key: str) -> ReversalReceipt:
        """Takes back of a transfer. PaymentError `balance_insufficient` when the account has not got it."""
        ...

    async def find_transfers(self, *, booking_id: str) -> list[TransferReceipt]: ...

    async def create_payout_account(self, *, person_id: str, email: str, country: str, key: str) -> PayoutAccount: ...
    async def onboarding_url(self, *, account_id: str, return_url: str, refresh_url: str) -> str: ...
    async def get_payout_account(self, *, account_id: str) -> PayoutAccount: ...

    def verify_event(self, *, body: bytes, signature: str, secrets: list[str]) -> ProviderEvent:
        """Unauthenticated code `bad_signature` unless one of the secrets signed these raw bytes within 300 s."""
        ...


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


class Fate(StrEnum):
    """Of a workflow. `LOST`: Temporal knows none by this name, or no longer."""

    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"


class RunningBookings(Protocol):
    """The bookings' workflows, as those reach them who must not depend on a live worker. Unavailable without Temporal."""

    async def payment_changed(self, booking_id: UUID) -> None:
        """Tells a booking to ask how its hold stands; one that is over needs no word."""
        ...

    async def rung_reached(self, booking_id: UUID, reached: RungReached) -> None:
        """Tells a booking what it is behind with; one that is over needs no word."""
        ...

    async def pay_freed(self, booking_id: UUID) -> None: ...

    async def tip_changed(self, booking_id: UUID, number: int) -> None:
        """Stripe announced something of one of its tips. What is over needs no word."""
        ...

    async def fence_crossed(self, booking_id: UUID, crossed: FenceCrossed) -> None:
        """Tells a booking of an edge; one that is over needs no word."""
        ...

    async def cancel_free(self, booking_id: UUID, command: SupportCommand) -> None:
        """Support calls it off before the walk; one that has moved on passes it over. So do the next two."""
        ...

    async def area_notice(self, booking_id: UUID, notice: AreaNotice) -> None: ...
    async def delay(self, booking_id: UUID, delay: Delay) -> None: ...

    async def evidence_ready(self, booking_id: UUID) -> None:
        """Tells a booking that late positions may change its verdict; one that is over needs no word."""
        ...

    async def exists(self, booking_id: UUID) -> bool: ...

    async def fate(self, booking_id: UUID) -> Fate: ...

    async def ended_badly(self) -> list[UUID]:
        """Terminated, failed, timed out or canceled, the latest first, as far as Temporal lists them yet."""
        ...


class LivePositions(Protocol):
    """Fan-out of walks' news to the processes that have viewers. It may be lost."""

    async def publish(self, messages: Mapping[str, str]) -> None:
        """One message each, by walk id. Unavailable after 50 ms at most."""
        ...

    def listen(self) -> AsyncIterator[tuple[str, str]]:
        """(walk id, message) as they come, until the caller stops iterating. Unavailable when Redis goes away."""
        ...


class OneTime(Protocol):
    """Values that can be taken once, and only for a while. Raises Unavailable."""

    async def put(self, name: str, value: str, *, ttl_s: int) -> None: ...

    async def take(self, name: str) -> str | None:
        """None for one that was taken, is over, or never was."""
        ...


class FanOut(Protocol):
    """Messages that may be lost, to every process that listens. Raises Unavailable."""

    async def publish(self, channel: str, message: str) -> None: ...
    def listen(self, channel: str) -> AsyncIterator[str]: ...


class KeyVault(Protocol):
    """Wraps data keys with a key-encryption key that the database never sees."""

    def wrap(self, data_key: bytes) -> tuple[str, bytes]:
        """(id of the key-encryption key, wrapped bytes)"""
        ...

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes: ...

    def macs(self, purpose: str, data: bytes) -> list[bytes]:
        """Keyed hashes, the current key's first, then those of the keys before it."""
        ...


class Passwords(Protocol):
    """Hashes made slow on purpose."""

    async def hash(self, password: str) -> str: ...

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Takes as long without a hash, and is False then."""
        ...

    def is_outdated(self, hashed: str) -> bool: ...


class Attempts(Protocol):
    """Guesses aimed at one subject, which must give no address away. Fails open."""

    async def take(self, subject: str) -> None:
        """Counts one; raises TooManyRequests past the limit."""
        ...

    async def forget(self, subject: str) -> None: ...


class SessionEnds(Protocol):
    """Tells every process that these sessions' access tokens are no good any more. Fails open."""

    async def add(self, session_ids: Iterable[UUID]) -> None: ...


class BookingDispatcher(Protocol):
    """The bookings' workflows, for a service that makes bookings or calls them off."""

    async def start(self, request: BookingRequest) -> None:
        """A repeat finds the workflow running, or over, and is content. Unavailable when it cannot be started now."""
        ...

    async def command(self, booking_id: UUID, name: str, payload: Payload, *, update_id: str) -> BookingState:
        """The booking after the command, done once under its `update_id`. Raises what the booking refused it with;
        NotFound `workflow_over`; Unavailable while nobody answers.
        """
        ...
