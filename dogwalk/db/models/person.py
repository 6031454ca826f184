"""Who is who, and how they prove it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dogwalk.db.models.base import Base, UuidPk


class Person(Base):
    """One human. `email` is stored in lower case. `stripe_customer_id` is set at the first card set-up."""

    __tablename__ = "person"

    id: Mapped[UuidPk]
    email: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    phone: Mapped[str | None]
    phone_verified_at: Mapped[datetime | None]
    name: Mapped[str]
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    stripe_customer_id: Mapped[str | None]
    default_payment_method_id: Mapped[str | None]
    photo_key: Mapped[str | None] = mapped_column(ForeignKey("stored_object.key"))
    emergency_name: Mapped[str | None]
    emergency_phone: Mapped[str | None]
    locked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("email"),
        Index("uq_person_verified_phone", "phone", unique=True, postgresql_where=text("phone_verified_at IS NOT NULL")),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )


class PersonRole(Base):
    __tablename__ = "person_role"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("role IN ('owner','walker','support','admin')", name="role"),)


class PersonBlock(Base):
    """Two people who are never matched again, whoever of them is the owner."""

    __tablename__ = "person_block"

    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("blocker_id <> blocked_id", name="other"),)


class Challenge(Base):
    """A proof under way: e-mail or phone verification, second factor at log-in, password reset. Only a hash of the code
    is kept. `person_id` is null for an address nobody has (the answer is the same).
    """

    __tablename__ = "challenge"

    id: Mapped[UuidPk]
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    sends: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class LoginSession(Base):
    """A refresh token's family: one log-in on one device."""

    __tablename__ = "login_session"

    id: Mapped[UuidPk]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str | None]
    authenticated_at: Mapped[datetime]
    acr: Mapped[str]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    created_at: Mapped[datetime]


class RefreshToken(Base):
    """Single use. A rotated token may come again within 60 s while its successor is unused (a lost answer)."""

    __tablename__ = "refresh_token"

    id: Mapped[UuidPk]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("login_session.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    rotated_at: Mapped[datetime | None]
    successor_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


class TwoFactor(Base):
    """`secret_sealed` is the TOTP secret under the key-encryption key; `last_step` refuses a code's second use.
    `failures` in a row lock the factor until `locked_until`, whatever door the guesses come through.
    """

    __tablename__ = "two_factor"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    key_id: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    __tablename__ = "recovery_code"

    id: Mapped[UuidPk]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Device(Base):
    """Where a push goes. `kind` is `fid` or `token`; bound to the log-in session, gone with it."""

    __tablename__ = "device"

    id: Mapped[UuidPk]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("login_session.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    value: Mapped[str] = mapped_column(unique=True)
    platform: Mapped[str]
    app: Mapped[str]
    locale: Mapped[str]
    time_zone: Mapped[str]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("kind IN ('fid','token')", name="kind"),)


class IdempotencyRecord(Base):
    """Reserved before the work, completed after it; kept 7 days per (principal, route, key). See api.md."""

    __tablename__ = "idempotency_record"

    principal: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    resource_id: Mapped[UUID | None]
    status: Mapped[int | None]
    response: Mapped[dict[str, Any] | None]
    locked_until: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)


class WorkflowKey(Base):
    """The data key of one workflow's payloads, wrapped. Destroyed: the history can never be read again."""

    __tablename__ = "workflow_key"

    workflow_id: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    destroyed_at: Mapped[datetime | None]
