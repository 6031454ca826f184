from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from dogwalk.db.models.booking import Booking
from dogwalk.db.repositories.recipient import BookingFacts
from dogwalk.domain.notification import CATALOGUE, Channel, MessageKind
from dogwalk.services.notification import text
from dogwalk.services.notification.text import About, Texts

OWNER, WALKER = UUID(int=1), UUID(int=2)
STARTS = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
ADDRESS = "1 Canary Street"
CODE = "493817"
SAMPLES: dict[str, Any] = {
    "offer_id": str(UUID(int=3)),
    "walker_id": str(WALKER),
    "booking_message_id": str(WALKER),
    "until": STARTS.isoformat(),
    "decision": "lifted",
    "expires_at": "2026-11-24T12:00:45+00:00",
    "earns": {"amount": 2000, "currency": "usd"},
    "alternatives": ["2026-11-25T09:00:00+00:00", "2026-11-25T10:00:00+00:00"],
    "eta": "2026-11-24T15:25:00+00:00",
    "started_at": "2026-11-24T15:31:00+00:00",
    "distance_m": 2140.0,
    "duration_s": 1800,
    "cancelled_by": "owner",
    "incident_kind": "bite",
    "fee": {"amount": 1388, "currency": "usd"},
    "refund": {"amount": 1387, "currency": "usd"},
    "compensation": {"amount": 1000, "currency": "usd"},
    "total": {"amount": 2775, "currency": "usd"},
    "amount": {"amount": 2000, "currency": "usd"},
    "lines": [],
    "plan_id": str(UUID(int=4)),
    "starts_at": "2026-11-25T12:00:00+00:00",
    "reason": "unknown_payment_method",
    "week_of": "2026-11-23",
    "walks": 3,
    "cause": "storm",
    "photos": 3,
    "happened": [{"kind": "pee", "count": 2}, {"kind": "water", "count": 1}],
}
ABOUT_AN_ACCOUNT = {
    "email_verification",
    "account_exists",
    "phone_verification",
    "password_reset",
    "password_changed",
    "two_factor_off",
}
ABOUT_A_PLAN = {"plan_occurrence_broken", "plan_statement"}
texts = Texts()


def booking() -> BookingFacts:
    row = Booking(
        id=UUID(int=9),
        owner_id=OWNER,
        walker_id=WALKER,
        starts_at=STARTS,
        ends_at=STARTS + timedelta(minutes=30),
        time_zone="Europe/Berlin",
        currency="usd",
        lines=[{"kind": "base", "amount": 2500, "funded_by": "owner"}, {"kind": "service_fee", "amount": 275}],
        total=2775,
        notes=ADDRESS,
    )
    return BookingFacts(booking=row, dog_names=("Luna", "Rex"))


def about(kind: MessageKind, fields: frozenset[str], **changes: Any) -> About:
    given = About(
        kind=kind.name,
        person_id=OWNER,
        first_name="Ada",
        zone=ZoneInfo("America/New_York"),
        data={name: SAMPLES[name] for name in fields},
        booking=None if kind.name in ABOUT_AN_ACCOUNT | ABOUT_A_PLAN else booking(),
        walker_name=None if kind.name in ABOUT_AN_ACCOUNT | ABOUT_A_PLAN else "Grace",
        code=CODE if kind.name in ABOUT_AN_ACCOUNT else None,
    )
    return replace(given, **changes)


def everything_said(kind: MessageKind, asked: About) -> list[str]:
    """As every channel of the kind says it, the SMS a lost push is followed by among them."""
    said = [texts.title(asked), texts.short(asked)]
    if Channel.MAIL in kind.every_channel:
        said.append(texts.mail(asked))
    if Channel.SMS in kind.every_channel or kind.escalates:
        said.append(texts.sms(asked))
    return said


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE.keys())
@pytest.mark.parametrize("is_full", [True, False], ids=["all fields", "only what must be there"])
def test_every_kind_has_a_text_on_each_of_its_channels(kind: MessageKind, is_full: bool) -> None:  # noqa: FBT001 parametrized
    asked = about(kind, kind.fields | kind.optional if is_full else kind.fields)
    for said in everything_said(kind, asked):
        assert said.strip()
        assert "{" not in said
        assert "None" not in said


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_no_text_says_an_address(kind: MessageKind) -> None:
    assert not any(ADDRESS in said for said in everything_said(kind, about(kind, kind.fields | kind.optional)))


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_a_title_fits_a_phones_line_and_an_sms_two_parts(kind: MessageKind) -> None:
    asked = about(kind, kind.fields | kind.optional)
    assert len(texts.title(asked)) <= 60
    assert len(texts.sms(asked)) <= 306


@pytest.mark.parametrize("kind", ["email_verification", "phone_verification"])
def test_only_a_verification_says_a_code(kind: str) -> None:
    asked = about(CATALOGUE[kind], frozenset())
    assert CODE in texts.short(asked)
    assert CODE not in repr(asked)


def test_times_are_the_persons_own() -> None:
    kind = CATALOGUE["booking_assigned"]
    assert "Tue 24 Nov, 10:30 EST" in texts.short(about(kind, kind.fields))
    there = about(kind, kind.fields, zone=ZoneInfo("Europe/Berlin"))
    assert "Tue 24 Nov, 16:30 CET" in texts.short(there)


@pytest.mark.parametrize(
    ("person_id", "by", "said"),
    [
        (OWNER, "owner", "by you."),
        (WALKER, "owner", "by the owner."),
        (WALKER, "walker", "by you."),
        (OWNER, "walker", "by the walker."),
        (OWNER, "support", "by Dogwalk."),
    ],
)
def test_a_cancellation_says_who(person_id: UUID, by: str, said: str) -> None:
    asked = about(CATALOGUE["booking_cancelled"], frozenset(), data={"cancelled_by": by}, person_id=person_id)
    assert said in texts.short(asked)


def test_a_receipt_lists_the_lines_that_were_paid() -> None:
    said = texts.mail(about(CATALOGUE["receipt"], frozenset({"total"})))
    assert "Walk: $25.00\nService fee: $2.75\nPaid: $27.75" in said


def test_a_receipt_for_a_part_lists_no_lines_of_the_whole() -> None:
    said = texts.mail(about(CATALOGUE["receipt"], frozenset(), data={"total": {"amount": 1388, "currency": "usd"}}))
    assert "Paid: $13.88" in said
    assert "$25.00" not in said


def test_the_next_free_times_are_offered() -> None:
    kind = CATALOGUE["unfulfilled"]
    assert "- Wed 25 Nov, 04:00 EST\n- Wed 25 Nov, 05:00 EST" in texts.mail(about(kind, kind.fields))
    assert "try another time" in texts.mail(about(kind, kind.fields, data={"alternatives": []}))


def test_a_name_breaks_no_line_of_a_header() -> None:
    kind = CATALOGUE["walker_assigned"]
    asked = about(kind, kind.fields, walker_name="Eve\r\nBcc: all@example.test")
    assert texts.title(asked) == "Eve Bcc: all@example.test will walk Luna and Rex"


def test_a_missing_field_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        texts.short(about(CATALOGUE["payout_sent"], frozenset()))


MEETING = Path(text.__file__).parent / "templates" / "meeting"
OF_MEETINGS = [CATALOGUE[path.stem] for path in sorted(MEETING.glob("*.jinja")) if path.stem in CATALOGUE]


@pytest.mark.parametrize("kind", OF_MEETINGS, ids=lambda kind: kind.name)
def test_a_meeting_has_words_of_its_own(kind: MessageKind) -> None:
    """On each channel the kind has; nobody is told of a walk, or of money."""
    free = booking()
    free.booking.total, free.booking.lines = 0, []
    asked = about(kind, kind.fields | kind.optional, booking=free)
    for said in everything_said(kind, asked):
        assert not re.search(r"\b(the|your|this) walk\b", said.lower())
        assert "$" not in said
        assert "{" not in said
    assert len(texts.title(asked)) <= 60
    assert len(texts.sms(asked)) <= 306


def test_words_for_meetings_are_for_kinds_there_are() -> None:
    assert {path.stem for path in MEETING.glob("*.jinja")} - {"timeline"} == {kind.name for kind in OF_MEETINGS}
