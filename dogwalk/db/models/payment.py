"""Money: what Stripe holds for us, the double-entry ledger, payouts, and the webhooks as they came."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class Payment(Base):
    """One authorisation hold of a booking, by its number; or a payment of another `kind`, taken at once. `status` is a
    `HoldStatus` or `unknown`. Minor units.
    """

    __tablename__ = "payment"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(default="service")
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[str]
    payment_method_id: Mapped[str]
    payment_intent_id: Mapped[str | None] = mapped_column(unique=True)
    charge_id: Mapped[str | None]
    amount: Mapped[int]
    amount_captured: Mapped[int] = mapped_column(default=0)
    amount_refunded: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str]
    status: Mapped[str]
    decline_code: Mapped[str | None]
    capture_before: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("booking_id", "kind", "number"),
        CheckConstraint("kind IN ('service','tip','debt')", name="kind"),
        CheckConstraint("amount > 0 AND amount_captured BETWEEN 0 AND amount", name="captured"),
        CheckConstraint("amount_refunded BETWEEN 0 AND amount_captured", name="refunded"),
    )


class CardSetup(Base):
    """A card set-up begun: its id is in the keys at Stripe, where the secrets are; counted against the day's limit."""

    __tablename__ = "card_setup"

    id: Mapped[UuidPk]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_card_setup_person", "person_id", "created_at"),)


class Refund(Base):
    """`state`: due, paid, failed (Stripe refused it), returned (paid, and the bank sent it back: owed to the owner). One row
    a reason (`idempotency_key`). `from_walker` and `from_revenue` are whose money a refund by support gives back, `of_owed`
    what had come back before, the rest is the platform's cost; `walker_sent`: she had hers already.
    """

    __tablename__ = "refund"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"), index=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.id"))
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    refund_id: Mapped[str | None] = mapped_column(unique=True)
    amount: Mapped[int]
    of_owed: Mapped[int] = mapped_column(server_default="0", default=0)
    from_walker: Mapped[int] = mapped_column(server_default="0", default=0)
    from_revenue: Mapped[int] = mapped_column(server_default="0", default=0)
    walker_sent: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    currency: Mapped[str]
    reason: Mapped[str]
    funded_by: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)


class Payout(Base):
    """The walker's share of one assignment. Begun by `UPDATE … WHERE state = 'due'` in a commit of its own, before
    Stripe is called: who opens a claim, incident, dispute or refund locks the same row. `amount_deducted` is never sent;
    `amount_receivable` was, and is to come back; `amount_reversed` came back.
    """

    __tablename__ = "payout"

    id: Mapped[UuidPk]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.id"))
    assignment_no: Mapped[int]
    walker_id: Mapped[UUID] = mapped_column(ForeignKey("walker.person_id"), index=True)
    amount_from_charge: Mapped[int]
    amount_from_platform: Mapped[int] = mapped_column(default=0)
    amount_deducted: Mapped[int] = mapped_column(server_default="0", default=0)
    amount_receivable: Mapped[int] = mapped_column(server_default="0", default=0)
    amount_reversed: Mapped[int] = mapped_column(server_default="0", default=0)
    currency: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime]
    transfer_id: Mapped[str | None] = mapped_column(unique=True)
    platform_transfer_id: Mapped[str | None] = mapped_column(unique=True)
    paid_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("booking_id", "assignment_no"),
        CheckConstraint("state IN ('due','paying','paid','held','failed','void')", name="state"),
        CheckConstraint("least(amount_deducted, amount_receivable, amount_reversed) >= 0", name="taken_back"),
    )


class LedgerJournal(Base):
    """One fact about money. Its postings sum to zero (deferred trigger `ledger_journal_balances`). `key` makes a repeat
    a no-op; nothing here is ever updated or deleted (trigger `ledger_is_append_only`).
    """

    __tablename__ = "ledger_journal"

    id: Mapped[UuidPk]
    key: Mapped[str] = mapped_column(unique=True)
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    reference: Mapped[str | None]


class LedgerPosting(Base):
    """Signed minor units: debit positive, credit negative."""

    __tablename__ = "ledger_posting"

    journal_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_journal.id"), primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    party_id: Mapped[UUID | None]
    amount: Mapped[int]
    currency: Mapped[str]

    __table_args__ = (
        CheckConstraint(
            "account IN ('owner','walker_payable','platform_revenue','platform_cost','held','receivable',"
            "'stripe_balance','provider_fees')",
            name="account",
        ),
    )


class StripeEvent(Base):
    """A webhook as it came: stored once by its id, worked off later by fetching the object again."""

    __tablename__ = "stripe_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    type: Mapped[str]
    object_id: Mapped[str]
    account_id: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]

    __table_args__ = (
        Index("ix_stripe_event_pending", "received_at", postgresql_where=text("processed_at IS NULL")),
        Index("ix_stripe_event_object", "object_id"),
    )
