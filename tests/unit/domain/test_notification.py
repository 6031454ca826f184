from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from dogwalk.domain.notification import CATALOGUE, Channel, account_messages, messages_for

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
