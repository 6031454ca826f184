"""Who is told what, where and for how long it matters: the catalogue of messages.

A message carries ids, times, money and short enums. Never an address, a code or a position: `fields` is the whole list
of what a kind's data may hold, and anything else is refused here, before it reaches a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUR_S = 3600
DAY_S = 24 * HOUR_S


class Channel(StrEnum):
    PUSH = "push"
    MAIL = "mail"
    SMS = "sms"


PUSH = (Channel.PUSH,)
MAIL = (Channel.MAIL,)
SMS = (Channel.SMS,)
PUSH_AND_MAIL = (Channel.PUSH, Channel.MAIL)
PUSH_AND_SMS = (Channel.PUSH, Channel.SMS)


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageKind:
    """`ttl_s`: past it the message is worth nothing and is not sent any more; `expires_with` names the field that says
    so instead. `urgent_channels` are added when the caller says the message is urgent. `critical` kinds cannot be
    switched off. `inbox`: the person finds it again in the app. `to_emergency_contact`: not to her, but to whom
    she named.
    """

    name: str
    channels: tuple[Channel, ...]
    fields: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    urgent_channels: tuple[Channel, ...] = ()
    critical: bool = False
    high_priority: bool = False
    ttl_s: int = DAY_S
    expires_with: str | None = None
    inbox: bool = True
    to_emergency_contact: bool = False

    @property
    def every_channel(self) -> tuple[Channel, ...]:
        return self.channels + self.urgent_channels

    @property
    def escalates(self) -> bool:
        """A push that reaches nobody is followed by an SMS: the person must act, and soon."""
        return self.critical and self.high_priority and Channel.PUSH in self.channels


def _kind(name: str, channels: tuple[Channel, ...], *fields: str, **rest: Any) -> MessageKind:
    return MessageKind(name=name, channels=channels, fields=frozenset(fields), **rest)


_KINDS = (
    # Auth: the code travels sealed beside the data.
    _kind("email_verification", MAIL, critical=True, ttl_s=HOUR_S, inbox=False),
    _kind("account_exists", MAIL, critical=True, ttl_s=DAY_S, inbox=False),
    _kind("phone_verification", SMS, critical=True, ttl_s=HOUR_S, inbox=False),
    _kind("password_reset", MAIL, critical=True, ttl_s=HOUR_S, inbox=False),
    _kind("password_changed", MAIL, critical=True, ttl_s=7 * DAY_S, inbox=False),
    _kind("two_factor_off", MAIL, critical=True, ttl_s=7 * DAY_S, inbox=False),
    # Finding a walker.
    _kind("offer_made", PUSH, "offer_id", "expires_at", "earns", high_priority=True, expires_with="expires_at"),
    _kind("offer_withdrawn", PUSH, "offer_id", ttl_s=HOUR_S),
    _kind("walker_assigned", PUSH_AND_MAIL, "walker_id", high_priority=True),
    _kind("booking_assigned", PUSH, "walker_id"),
    _kind("walker_withdrew", PUSH_AND_MAIL, critical=True, high_priority=True, ttl_s=3 * HOUR_S),
    _kind("area_warning", PUSH_AND_SMS, "cause", critical=True, high_priority=True, ttl_s=3 * HOUR_S),
    _kind("walk_delayed", PUSH_AND_SMS, "cause", "starts_at", critical=True, high_priority=True, ttl_s=3 * HOUR_S),
    _kind("walk_taken_back", PUSH_AND_SMS, critical=True, high_priority=True, ttl_s=3 * HOUR_S),
    _kind("unfulfilled", PUSH_AND_MAIL, "alternatives", critical=True, high_priority=True, ttl_s=3 * DAY_S),
    _kind(
        "reschedule_asked",
        PUSH_AND_MAIL,
        "starts_at",
        "total",
        "expires_at",
        critical=True,
        high_priority=True,
        expires_with="expires_at",
    ),
    _kind("rescheduled", PUSH_AND_MAIL, "starts_at", "total", critical=True, high_priority=True, ttl_s=3 * DAY_S),
    _kind("reschedule_declined", PUSH, "starts_at", ttl_s=3 * DAY_S),
    _kind("reschedule_lapsed", PUSH, "starts_at", ttl_s=3 * DAY_S),
    # The card.
    _kind(
        "payment_action_required",
        PUSH_AND_MAIL,
        "expires_at",
        critical=True,
        high_priority=True,
        expires_with="expires_at",
    ),
    _kind("card_declined", PUSH_AND_MAIL, critical=True, high_priority=True, optional=frozenset({"expires_at"})),
    _kind("payment_failed", PUSH_AND_MAIL, critical=True, ttl_s=3 * DAY_S, optional=frozenset({"fee"})),
    _kind("payment_due", PUSH_AND_MAIL, "amount", critical=True, ttl_s=7 * DAY_S),
    _kind("debt_paid", PUSH_AND_MAIL, "amount", critical=True, ttl_s=7 * DAY_S),
    # The walk.
    _kind("walker_on_the_way", PUSH, high_priority=True, ttl_s=HOUR_S, optional=frozenset({"eta"})),
    _kind("late_reminder", SMS, critical=True, ttl_s=HOUR_S // 2, inbox=False),
    _kind("walk_taken_over", PUSH_AND_SMS, critical=True, high_priority=True, ttl_s=3 * HOUR_S),
    _kind("no_show", PUSH_AND_MAIL, "alternatives", critical=True, high_priority=True, ttl_s=3 * DAY_S),
    _kind("no_show_recorded", PUSH_AND_MAIL, critical=True, high_priority=True, ttl_s=3 * DAY_S),
    _kind("requests_blocked", PUSH_AND_MAIL, "until", critical=True, ttl_s=3 * DAY_S),
    _kind("appeal_decided", PUSH_AND_MAIL, "decision", critical=True, ttl_s=7 * DAY_S),
    _kind("access_shown", PUSH, critical=True, ttl_s=DAY_S),
    _kind("walker_arrived", PUSH, high_priority=True, ttl_s=HOUR_S),
    _kind("walk_started", PUSH, ttl_s=2 * HOUR_S, optional=frozenset({"started_at"})),
    _kind("silent_push", PUSH, critical=True, ttl_s=HOUR_S // 2),
    _kind("silent_sms", SMS, critical=True, ttl_s=HOUR_S // 2, inbox=False),
    _kind("walk_silent", PUSH, critical=True, high_priority=True, ttl_s=HOUR_S),
    _kind("heard_again", PUSH, ttl_s=HOUR_S),
    _kind("left_safe_area", PUSH, critical=True, high_priority=True, ttl_s=HOUR_S),
    _kind("entered_no_go", PUSH, critical=True, high_priority=True, ttl_s=HOUR_S),
    _kind("walk_finished", PUSH, ttl_s=DAY_S, optional=frozenset({"distance_m", "duration_s"})),
    _kind("end_early_requested", PUSH_AND_SMS, critical=True, high_priority=True, ttl_s=HOUR_S),
    _kind("incident_reported", PUSH_AND_SMS, "incident_kind", critical=True, high_priority=True, ttl_s=DAY_S),
    _kind("incident_contact", SMS, critical=True, ttl_s=DAY_S, inbox=False, to_emergency_contact=True),
    _kind("walk_overrun", PUSH, high_priority=True, ttl_s=HOUR_S),
    _kind("walk_ended_for_you", PUSH, ttl_s=DAY_S),
    _kind("no_access", PUSH_AND_MAIL, "fee", "refund", critical=True, high_priority=True, ttl_s=3 * DAY_S),
    # Owner and walker to each other: a new message is there; what it says is read in the app.
    _kind("message_received", PUSH, "booking_message_id", high_priority=True, inbox=False),
    # The end, and money.
    _kind(
        "booking_cancelled",
        PUSH_AND_MAIL,
        "cancelled_by",
        urgent_channels=SMS,
        critical=True,
        high_priority=True,
        ttl_s=3 * DAY_S,
        optional=frozenset({"fee", "refund", "compensation"}),
    ),
    _kind("receipt", MAIL, "total", critical=True, ttl_s=7 * DAY_S, optional=frozenset({"lines", "refund"})),
    _kind("report_card", PUSH_AND_MAIL, "walker_id", "photos", "happened", ttl_s=3 * DAY_S),
    _kind("refund_made", PUSH_AND_MAIL, "refund", critical=True, ttl_s=7 * DAY_S),
    _kind("refund_returned", PUSH_AND_MAIL, "refund", critical=True, ttl_s=7 * DAY_S),
    _kind("pay_reduced", PUSH_AND_MAIL, "amount", critical=True, ttl_s=7 * DAY_S),
    _kind("claim_opened", MAIL, critical=True, ttl_s=7 * DAY_S),
    _kind("claim_decided", PUSH_AND_MAIL, critical=True, ttl_s=7 * DAY_S),
    _kind("tip_given", MAIL, "amount", ttl_s=7 * DAY_S),
    _kind("tip_received", PUSH, "amount", ttl_s=7 * DAY_S),
    _kind("payout_sent", PUSH_AND_MAIL, "amount", ttl_s=7 * DAY_S),
    # Weekly plans: about a series, not about one booking.
    _kind(
        "plan_occurrence_broken",
        PUSH_AND_MAIL,
        "plan_id",
        "starts_at",
        "reason",
        critical=True,
        high_priority=True,
        ttl_s=3 * DAY_S,
    ),
    _kind("plan_statement", MAIL, "plan_id", "week_of", "walks", "total", critical=True, ttl_s=7 * DAY_S),
)

CATALOGUE: Mapping[str, MessageKind] = {kind.name: kind for kind in _KINDS}


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxDraft:
    """A message to be written. Without a `not_after` it lives `ttl_s` from the moment it is written."""

    key: str
    batch: str
    person_id: UUID
    booking_id: UUID | None
    channel: Channel
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    ttl_s: int = DAY_S
    not_after: datetime | None = None
    sealed_key_id: str | None = None
    sealed: bytes | None = field(default=None, repr=False)


def messages_for(
    kind: str, *, booking_id: UUID, version: int, person_id: UUID, data: Mapping[str, Any], urgent: bool = False
) -> list[OutboxDraft]:
    """One draft a channel, for one person, of what `version` of this booking caused. The same arguments give the same
    keys, so that telling twice is telling once.

    Shapes in `data`: ids as strings, times as ISO 8601 strings with zone, money as `{"amount", "currency"}`, lists of
    these. ValueError for a field that is missing or not the kind's, KeyError for a kind that is not in the catalogue.
    """
    batch = f"{booking_id}:{version}"
    found = CATALOGUE[kind]
    return _drafts(found, batch=batch, booking_id=booking_id, person_id=person_id, data=data, urgent=urgent)


def account_messages(
    kind: str, *, subject_id: UUID, sends: int, person_id: UUID, sealed: tuple[str, bytes] | None = None
) -> list[OutboxDraft]:
    """As `messages_for`, about an account: `subject_id` is what it is about (a challenge), `sends` counts repeats.
    `sealed` is (key id, ciphertext) of a JSON object `{"code": …}`, and for a number or address that is not the
    person's yet `{"to": …}`; wiped once sent.
    """
    batch = f"{subject_id}:{sends}"
    return _drafts(CATALOGUE[kind], batch=batch, booking_id=None, person_id=person_id, data={}, sealed=sealed)


def plan_messages(kind: str, *, batch: str, person_id: UUID, data: Mapping[str, Any]) -> list[OutboxDraft]:
    """As `messages_for`, about a weekly plan. `batch` names the fact within it and starts with the plan's id."""
    return _drafts(CATALOGUE[kind], batch=batch, booking_id=None, person_id=person_id, data=data)


def escalation(pushed: OutboxDraft) -> OutboxDraft | None:
    """The SMS that follows a push which reached nobody; None for kinds that can wait. Its key is that of the SMS an
    urgent message has anyway, so that nobody gets two.
    """
    if pushed.channel is not Channel.PUSH or not CATALOGUE[pushed.kind].escalates:
        return None
    return replace(pushed, channel=Channel.SMS, key=_key(pushed.batch, pushed.kind, pushed.person_id, Channel.SMS))


def _key(batch: str, kind: str, person_id: UUID, channel: Channel) -> str:
    return f"{batch}:{kind}:{person_id}:{channel}"


def _drafts(
    kind: MessageKind,
    *,
    batch: str,
    booking_id: UUID | None,
    person_id: UUID,
    data: Mapping[str, Any],
    urgent: bool = False,
    sealed: tuple[str, bytes] | None = None,
) -> list[OutboxDraft]:
    _check_fields(kind, data)
    key_id, ciphertext = sealed or (None, None)
    return [
        OutboxDraft(
            key=_key(batch, kind.name, person_id, channel),
            batch=batch,
            person_id=person_id,
            booking_id=booking_id,
            channel=channel,
            kind=kind.name,
            data=dict(data),
            ttl_s=kind.ttl_s,
            not_after=datetime.fromisoformat(data[kind.expires_with]) if kind.expires_with else None,
            sealed_key_id=key_id,
            sealed=ciphertext,
        )
        for channel in (kind.every_channel if urgent else kind.channels)
    ]


def _check_fields(kind: MessageKind, data: Mapping[str, Any]) -> None:
    missing, foreign = kind.fields - data.keys(), data.keys() - kind.fields - kind.optional
    if missing or foreign:
        raise ValueError(f"{kind.name}: missing {sorted(missing)}, not allowed {sorted(foreign)}")
