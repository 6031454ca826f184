"""Stripe by role, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


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
    """`status` as Stripe names it. `step` is the key it was asked for under; none of one made there by hand."""

    refund_id: str
    amount: int
    status: str
    step: str | None = None


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
    async def get_refund(self, *, refund_id: str) -> RefundReceipt: ...

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

    async def reverse(self, *, transfer_id: str, amount: int, key: str, attempt: int) -> ReversalReceipt:
        """Takes back of a transfer. PaymentError `balance_insufficient` when the account has not got it; the next try is
        another `attempt` under the same `key`.
        """
        ...

    async def available_balance(self) -> dict[str, int]:
        """Our own, by currency: what transfers without a charge can be made of now. What is pending does not count."""
        ...

    async def find_transfers(self, *, booking_id: str) -> list[TransferReceipt]: ...

    async def create_payout_account(self, *, person_id: str, email: str, country: str, key: str) -> PayoutAccount: ...
    async def onboarding_url(self, *, account_id: str, return_url: str, refresh_url: str) -> str: ...
    async def get_payout_account(self, *, account_id: str) -> PayoutAccount: ...

    def verify_event(self, *, body: bytes, signature: str, secrets: list[str]) -> ProviderEvent:
        """Unauthenticated code `bad_signature` unless one of the secrets signed these raw bytes within 300 s."""
        ...
