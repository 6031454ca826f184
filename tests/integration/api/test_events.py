"""Streams, stories and the inbox over HTTP."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.main import create_app
from dogwalk.bootstrap import Resources
from dogwalk.config import Settings
from dogwalk.db.repositories import booking_event, outbox
from dogwalk.db.repositories.booking_event import NewEvent
from dogwalk.domain.notification import messages_for
from dogwalk.domain.role import Role
from tests.support.database import Template
from tests.support.rows import make_booking, make_person
from tests.support.server import served
from tests.support.streams import Stream, StreamEnded, streamed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(kw_only=True)
class Api:
    resources: Resources
    http: httpx.AsyncClient

    def signed_in(self, person_id: UUID, *, lives_s: float = 600.0) -> dict[str, str]:
        now = datetime.now(UTC)
        token = self.resources.access_tokens.issue(
            person_id=person_id,
            session_id=uuid4(),
            roles=[Role.OWNER],
            acr="pwd",
            authenticated_at=now,
            expires_at=now + timedelta(seconds=lives_s),
        )
        return {"Authorization": f"Bearer {token}"}

    async def happen(self, booking_id: UUID, version: int, kind: str, *audience: UUID, **data: Any) -> None:
        event = NewEvent(
            booking_id=booking_id,
            version=version,
            n=0,
            type=kind,
            at=self.resources.clock.now(),
            actor="system",
            audience=list(audience),
            data=data,
        )
        async with self.resources.database.transaction() as session:
            await booking_event.append(session, [event])


@pytest.fixture
async def api(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    url = await template.clone()
    values = {name.lower(): value for name, value in stack_environment.items()}
    app = create_app(
        Settings(**{**values, "database_url": url, "redis_prefix": f"{uuid4().hex}:", "rate_limits": False})
    )
    async with served(app) as base_url, httpx.AsyncClient(base_url=base_url) as http:
        yield Api(resources=app.state.resources, http=http)
    await template.drop(url)


@asynccontextmanager
async def following(api: Api, path: str, headers: dict[str, str]) -> AsyncIterator[Stream]:
    async with streamed(api.http, path, headers=headers) as stream:
        await stream.opened()
        yield stream


async def test_mine_is_followed_and_resumed(api: Api) -> None:
    owner_id = await make_person(api.resources)
    booking_id = await make_booking(api.resources, owner_id=owner_id)
    headers = api.signed_in(owner_id)
    async with following(api, "/v1/me/events", headers) as stream:
        await api.happen(booking_id, 1, "matching", owner_id, wave=1, asked=3)
        event = await stream.next()
        last_id = stream.last_id
    envelope = json.loads(event["data"])
    assert (event["event"], event["id"]) == (envelope["type"], envelope["id"]) == ("matching", last_id)
    assert envelope["booking_id"] == str(booking_id)
    assert envelope["data"] == {"wave": 1, "asked": 3}

    await api.happen(booking_id, 2, "assigned", owner_id)
    async with following(api, "/v1/me/events", {**headers, "Last-Event-ID": last_id}) as stream:
        assert (await stream.next())["event"] == "assigned"


async def test_one_booking_is_followed_by_its_people_only(api: Api) -> None:
    owner_id, stranger_id = await make_person(api.resources), await make_person(api.resources)
    booking_id = await make_booking(api.resources, owner_id=owner_id)
    path = f"/v1/bookings/{booking_id}/events"
    async with following(api, path, api.signed_in(owner_id)) as stream:
        await api.happen(booking_id, 1, "matching", owner_id)
        assert (await stream.next())["event"] == "matching"
    refused = await api.http.get(path, headers=api.signed_in(stranger_id))
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_without_a_token_nothing_is_told(api: Api) -> None:
    for path in ("/v1/me/events", f"/v1/bookings/{uuid4()}/events", f"/v1/bookings/{uuid4()}/timeline"):
        assert (await api.http.get(path)).status_code == 401


async def test_a_stream_ends_when_its_token_does(api: Api) -> None:
    owner_id = await make_person(api.resources)
    async with following(api, "/v1/me/events", api.signed_in(owner_id, lives_s=2)) as stream:
        with pytest.raises(StreamEnded):
            await stream.next()


async def test_an_id_of_somewhere_else_is_answered_with_a_reset(api: Api) -> None:
    owner_id = await make_person(api.resources)
    async with following(api, "/v1/me/events", {**api.signed_in(owner_id), "Last-Event-ID": "abc"}) as stream:
        assert (await stream.next())["event"] == "reset"


async def test_the_story_of_a_booking(api: Api) -> None:
    owner_id = await make_person(api.resources)
    booking_id = await make_booking(api.resources, owner_id=owner_id)
    await api.happen(booking_id, 0, "requested", owner_id)
    await api.happen(booking_id, 1, "matching", owner_id, wave=1, asked=3)
    answer = await api.http.get(f"/v1/bookings/{booking_id}/timeline", headers=api.signed_in(owner_id))
    assert [line["text"] for line in answer.json()["items"]] == [
        "The walk was requested.",
        "Looking for a walker: 3 asked.",
    ]


async def test_the_inbox_is_paged_and_marked_as_seen(api: Api) -> None:
    owner_id = await make_person(api.resources)
    booking_id = await make_booking(api.resources, owner_id=owner_id)
    async with api.resources.database.transaction() as session:
        for version in range(3):
            drafts = messages_for("walk_started", booking_id=booking_id, version=version, person_id=owner_id, data={})
            await outbox.add(session, drafts, api.resources.clock.now())
    headers = api.signed_in(owner_id)
    first = (await api.http.get("/v1/notifications", params={"limit": 2}, headers=headers)).json()
    rest = (await api.http.get("/v1/notifications", params={"cursor": first["next_cursor"]}, headers=headers)).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert first["items"][0]["title"] == "The walk has begun"

    newest = first["items"][0]["id"]
    seen = await api.http.post("/v1/notifications/seen", json={"up_to": newest}, headers=headers)
    assert (seen.status_code, seen.content) == (204, b"")
    items = (await api.http.get("/v1/notifications", headers=headers)).json()["items"]
    assert all(item["seen_at"] for item in items)
    unknown = await api.http.post("/v1/notifications/seen", json={"up_to": str(uuid4())}, headers=headers)
    assert unknown.status_code == 404
    wrong = await api.http.post("/v1/notifications/seen", json={"up_to": "soon"}, headers=headers)
    assert wrong.status_code == 422
