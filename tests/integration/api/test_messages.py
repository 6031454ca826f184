"""Owner and walker write to each other: from the assignment until 48 h after the end, each walker in her own time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from dogwalk.db.models.booking import BookingEvent, ContactAttempt
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.person import PersonBlock
from dogwalk.db.models.support import AuditEntry
from dogwalk.domain.role import Role
from tests.support.api import Api, open_api
from tests.support.chatting import Chat, chat_of
from tests.support.households import Phone, pointers
from tests.support.photos import send_photo
from tests.support.rows import make_device

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from devstack.standins.client import InboxClient
    from tests.support.database import Template

SECRET = "canary: the key is under the blue pot"


@pytest.fixture
async def chat(api: Api) -> Chat:
    return await chat_of(api)


async def test_each_reads_what_the_other_wrote_and_says_so(chat: Chat) -> None:
    sent = await chat.send(chat.owner, " The gate sticks.\nPush hard. ")
    assert (sent.status_code, sent.json()["text"], sent.json()["seen_at"]) == (
        201,
        "The gate sticks.\nPush hard.",
        None,
    )
    await chat.send(chat.walker, "Thank you!")
    assert (
        await chat.reads(chat.owner) == await chat.reads(chat.walker) == ["Thank you!", "The gate sticks.\nPush hard."]
    )
    assert [(await chat.listed(phone))["unread"] for phone in (chat.owner, chat.walker)] == [1, 1]
    for _ in range(2):
        seen = await chat.walker.post(f"{chat.path}/seen", {"up_to": sent.json()["id"]})
        assert seen.status_code == 204
    assert [(await chat.listed(phone))["unread"] for phone in (chat.owner, chat.walker)] == [1, 0]
    newest, oldest = (await chat.listed(chat.owner))["items"]
    assert (newest["seen_at"], newest["sender_id"]) == (None, str(chat.walker.who.person_id))
    assert oldest["seen_at"] is not None


async def test_a_repeat_is_one_message_and_one_push(chat: Chat) -> None:
    key = str(uuid4())
    first, again = [(await chat.send(chat.walker, key=key)).json() for _ in range(2)]
    assert first == again
    assert await chat.reads(chat.owner) == ["Hello"]
    assert len(await chat.all(OutboxMessage)) == len(await chat.all(ContactAttempt)) == 1
    other = await chat.send(chat.walker, "Another", key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    bare = await chat.api.http.post(chat.path, json={"text": "x"}, headers=chat.walker.who.headers)
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_required")


async def test_what_both_say_at_once_is_all_told(chat: Chat) -> None:
    both = (chat.owner, chat.walker) * 4
    answers = await asyncio.gather(*(chat.send(phone, f"{n}") for n, phone in enumerate(both)))
    assert {answer.status_code for answer in answers} == {201}
    assert len(await chat.all(OutboxMessage)) == len(await chat.all(BookingEvent)) == len(both)
    assert [(await chat.listed(phone))["unread"] for phone in (chat.owner, chat.walker)] == [4, 4]


async def test_the_other_side_is_told_by_ids_and_never_what_was_said(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = (await chat.send(chat.owner, SECRET)).json()
    [event] = await chat.all(BookingEvent)
    assert (event.type, event.audience) == ("message_received", [chat.walker.who.person_id])
    assert event.data == {"booking_message_id": sent["id"], "sender_id": str(chat.owner.who.person_id)}
    [push] = await chat.all(OutboxMessage)
    assert (push.kind, push.person_id, push.data) == (
        "message_received",
        chat.walker.who.person_id,
        {"booking_message_id": sent["id"]},
    )
    assert "canary" not in capsys.readouterr().out
    story = await chat.walker.get(f"/v1/bookings/{chat.booking_id}/timeline")
    assert [line["type"] for line in story.json()["items"]] == ["requested"], "a talk is no step of the walk"


async def test_the_push_goes_out_at_once_and_carries_ids(chat: Chat, inbox: InboxClient) -> None:
    phone = f"fid-{uuid4()}"
    await make_device(chat.api.resources, chat.walker.who.person_id, phone)
    sent = (await chat.send(chat.owner, SECRET)).json()
    push = await inbox.expect(to=phone, channel="push")
    assert "canary" not in str(push)
    data = push["provider_data"]["data"]
    assert (data["kind"], data["booking_id"]) == ("message_received", str(chat.booking_id))
    assert data["booking_message_id"] == sent["id"]


async def test_whom_another_replaced_reads_her_own_time_and_writes_no_more(chat: Chat) -> None:
    await chat.send(chat.owner, "Ring twice")
    await chat.send(chat.walker, "I will")
    other = await chat.taken_over()
    await chat.send(chat.owner, "Are you near?")
    await chat.send(other, "Yes")
    assert await chat.reads(other) == ["Yes", "Are you near?"]
    assert await chat.reads(chat.walker) == ["I will", "Ring twice"]
    assert await chat.reads(chat.owner) == ["Yes", "Are you near?", "I will", "Ring twice"]
    assert (await chat.send(chat.walker)).status_code == 404
    theirs = (await chat.listed(other))["items"][0]["id"]
    assert (await chat.walker.post(f"{chat.path}/seen", {"up_to": theirs})).status_code == 404


async def test_a_stranger_finds_nothing(chat: Chat) -> None:
    stranger = Phone(api=chat.api, who=await chat.api.caller(Role.WALKER, Role.OWNER))
    assert (await chat.send(stranger)).status_code == 404
    assert (await stranger.get(chat.path)).status_code == 404
    seen = await stranger.post(f"{chat.path}/seen", {"up_to": chat.api.clock.now().isoformat()})
    assert seen.status_code == 404
    assert (await chat.api.http.get(chat.path)).status_code == 401


async def test_from_the_assignment_until_two_days_after_the_end(chat: Chat) -> None:
    walker_id = chat.walker.who.person_id
    await chat.change(walker_id=None, status="matching")
    early = await chat.send(chat.owner)
    assert (early.status_code, early.json()["code"]) == (409, "not_assigned")
    await chat.change(walker_id=walker_id, status="completed", ended_at=chat.api.clock.now())
    chat.api.clock.offset += timedelta(hours=47)
    assert (await chat.send(chat.walker, "I found a glove")).status_code == 201
    assert await chat.all(ContactAttempt) == [], "nobody is at a door any more"
    chat.api.clock.offset += timedelta(hours=1)
    for phone in (chat.owner, chat.walker):
        late = await chat.send(phone)
        assert (late.status_code, late.json()["code"]) == (409, "window_closed")
        assert "closed_at" in late.json()
    assert await chat.reads(chat.owner) == ["I found a glove"]


async def test_who_is_blocked_writes_no_more_nor_does_who_blocked(chat: Chat) -> None:
    async with chat.api.resources.database.transaction() as session:
        session.add(
            PersonBlock(
                blocker_id=chat.owner.who.person_id,
                blocked_id=chat.walker.who.person_id,
                created_at=chat.api.clock.now(),
            )
        )
    for phone in (chat.owner, chat.walker):
        refused = await chat.send(phone)
        assert (refused.status_code, refused.json()["code"]) == (409, "messages_blocked")


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "a\x07b", "a\x1b[2Jb", "a\u009bb", "a\x00b"])
async def test_a_text_has_bounds_and_no_control_characters(chat: Chat, text: str) -> None:
    assert pointers(await chat.send(chat.owner, text)) == {"/text"}


async def test_it_is_a_text_or_a_photo(chat: Chat) -> None:
    for body in ({}, {"text": "x", "photo_id": str(uuid4())}):
        assert (await chat.owner.post(chat.path, body)).status_code == 422
    long = "ä" * 2000
    assert (await chat.send(chat.owner, f"{long} ")).json()["text"] == long


async def test_a_photo_of_hers_is_shown_to_both(chat: Chat) -> None:
    await chat.change(on_the_way_at=chat.api.clock.now())
    photo_id = await send_photo(chat.api.resources, chat.booking_id, chat.walker.who.person_id)
    sent = await chat.walker.post(chat.path, {"photo_id": str(photo_id)})
    assert (sent.status_code, sent.json()["photo"]["id"], sent.json()["text"]) == (201, str(photo_id), None)
    [shown] = (await chat.listed(chat.owner))["items"]
    got = await chat.api.http.get(shown["photo"]["url"].removeprefix(chat.api.settings.public_url))
    assert got.status_code == 200
    for phone, other in ((chat.owner, photo_id), (chat.walker, uuid4())):
        refused = await phone.post(chat.path, {"photo_id": str(other)})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_photo")


async def test_a_long_talk_comes_in_pages(chat: Chat) -> None:
    for n in range(5):
        await chat.send(chat.owner, f"{n}")
    first = await chat.listed(chat.walker, "?limit=3")
    second = await chat.listed(chat.walker, f"?limit=3&cursor={first['next_cursor']}")
    assert [one["text"] for one in first["items"] + second["items"]] == ["4", "3", "2", "1", "0"]
    assert (first["unread"], second["unread"], second["next_cursor"]) == (5, 5, None)


async def test_support_reads_all_of_it_and_that_is_written_down(chat: Chat) -> None:
    await chat.send(chat.walker, "I am at the door")
    await chat.send(await chat.taken_over(), "So am I")
    agent = Phone(api=chat.api, who=await chat.api.caller(Role.SUPPORT))
    for _ in range(2):
        seen = await agent.get(f"/v1/support/bookings/{chat.booking_id}")
        assert [one["text"] for one in seen.json()["messages"]] == ["So am I", "I am at the door"]
    read = [(one.action, one.actor) for one in await chat.all(AuditEntry)]
    assert read == [("messages_read", str(agent.who.person_id))], "once an hour"


@pytest.fixture
async def limited(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template, rate_limits=True) as opened:
        yield opened


async def test_nobody_is_flooded(limited: Api) -> None:
    chat = await chat_of(limited)
    answers = [await chat.send(chat.owner, f"{n}") for n in range(31)]
    assert {one.status_code for one in answers[:-1]} == {201}
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (429, "rate_limited")
    assert answers[-1].headers["ratelimit"].startswith('"message";r=0;t=')
    assert (await chat.send(chat.walker)).status_code == 201
