from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from dogwalk.domain.notification import CATALOGUE, Channel, OutboxDraft, account_messages, escalation, messages_for

BOOKING = UUID(int=1)
PERSON = UUID(int=2)
OTHER = UUID(int=3)
EXPIRES = "2026-11-24T12:00:45+00:00"


def draft_arguments(**changes: Any) -> dict[str, Any]:
    return {"booking_id": BOOKING, "version": 7, "person_id": PERSON, "data": {"walker_id": str(OTHER)}} | changes


def test_one_draft_for_each_channel_with_a_key_of_its_own() -> None:
    push, mail = messages_for("walker_assigned", **draft_arguments())
    assert (push.channel, mail.channel) == (Channel.PUSH, Channel.MAIL)
    assert push.key == f"{BOOKING}:7:walker_assigned:{PERSON}:push"
    assert push.batch == mail.batch == f"{BOOKING}:7"


def test_the_same_arguments_give_the_same_drafts() -> None:
    assert messages_for("walker_assigned", **draft_arguments()) == messages_for("walker_assigned", **draft_arguments())


@pytest.mark.parametrize("changes", [{"version": 8}, {"person_id": OTHER}, {"booking_id": OTHER}])
def test_another_fact_or_person_gives_another_key(changes: dict[str, Any]) -> None:
    one = {draft.key for draft in messages_for("walker_assigned", **draft_arguments())}
    other = {draft.key for draft in messages_for("walker_assigned", **draft_arguments(**changes))}
    assert not one & other


def test_an_offers_message_lives_as_long_as_the_offer() -> None:
    data = {"offer_id": str(OTHER), "expires_at": EXPIRES, "earns": {"amount": 2000, "currency": "usd"}}
    (draft,) = messages_for("offer_made", **draft_arguments(data=data))
    assert draft.not_after == datetime(2026, 11, 24, 12, 0, 45, tzinfo=UTC)
    assert CATALOGUE["offer_made"].high_priority


def test_urgency_adds_an_sms() -> None:
    data = {"cancelled_by": "owner"}
    calm = messages_for("booking_cancelled", **draft_arguments(data=data))
    urgent = messages_for("booking_cancelled", **draft_arguments(data=data), urgent=True)
    assert {draft.channel for draft in urgent} - {draft.channel for draft in calm} == {Channel.SMS}


@pytest.mark.parametrize("field", ["address", "lat", "lon", "code", "position"])
def test_a_field_that_is_not_the_kinds_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        messages_for("walker_assigned", **draft_arguments(data={"walker_id": str(OTHER), field: "x"}))


def test_a_missing_field_is_refused() -> None:
    with pytest.raises(ValueError, match="offer_id"):
        messages_for("offer_withdrawn", **draft_arguments(data={}))


def test_no_kind_may_carry_an_address_a_code_or_a_position() -> None:
    allowed = set().union(*(kind.fields | kind.optional for kind in CATALOGUE.values()))
    assert not allowed & {"address", "code", "lat", "lon", "position", "phone", "email", "client_secret", "access"}


def test_an_account_message_carries_its_code_sealed() -> None:
    (draft,) = account_messages(
        "email_verification", subject_id=OTHER, sends=2, person_id=PERSON, sealed=("k1", b"sealed")
    )
    assert draft.batch == f"{OTHER}:2"
    assert draft.key == f"{OTHER}:2:email_verification:{PERSON}:mail"
    assert (draft.data, draft.sealed_key_id, draft.sealed) == ({}, "k1", b"sealed")
    assert str(b"sealed") not in repr(draft)


def lost_push(kind: str, data: dict[str, Any]) -> OutboxDraft:
    return next(draft for draft in messages_for(kind, **draft_arguments(data=data)) if draft.channel is Channel.PUSH)


@pytest.mark.parametrize(
    ("kind", "data"),
    [("card_declined", {}), ("unfulfilled", {"alternatives": []}), ("booking_cancelled", {"cancelled_by": "walker"})],
)
def test_a_lost_push_of_a_critical_kind_becomes_an_sms(kind: str, data: dict[str, Any]) -> None:
    pushed = lost_push(kind, data)
    sms = escalation(pushed)
    assert sms is not None
    assert (sms.channel, sms.batch, sms.data) == (Channel.SMS, pushed.batch, pushed.data)


def test_an_urgent_message_has_its_sms_already_under_the_same_key() -> None:
    data = {"cancelled_by": "owner"}
    urgent = messages_for("booking_cancelled", **draft_arguments(data=data), urgent=True)
    sms = escalation(lost_push("booking_cancelled", data))
    assert sms is not None
    assert sms.key in {draft.key for draft in urgent if draft.channel is Channel.SMS}


@pytest.mark.parametrize(
    ("kind", "data"),
    [("walker_arrived", {}), ("refund_made", {"refund": {"amount": 1, "currency": "usd"}}), ("payment_failed", {})],
)
def test_what_can_wait_becomes_no_sms(kind: str, data: dict[str, Any]) -> None:
    assert escalation(lost_push(kind, data)) is None


def test_only_a_push_is_followed_by_an_sms() -> None:
    drafts = messages_for("card_declined", **draft_arguments(data={}))
    assert [escalation(draft) for draft in drafts if draft.channel is Channel.MAIL] == [None]
