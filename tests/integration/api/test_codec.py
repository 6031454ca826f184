"""The Temporal UI reads a booking through us: support alone, masked, in the audit log, from its own origin."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from dogwalk.db.models.support import AuditEntry
from dogwalk.domain.role import Role
from tests.support.api import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from temporalio.api.common.v1 import Payload

    from tests.support.api import Api, Caller
    from tests.support.world import World

UI = "http://127.0.0.1:8233"


@pytest.fixture
async def codec(world: World) -> AsyncIterator[Api]:
    async with serve(world.settings.model_copy(update={"temporal_ui_url": f"{UI}/"}), world.clock) as opened:
        yield opened


def _said(*payloads: Payload) -> dict[str, Any]:
    return {
        "payloads": [
            {
                "metadata": {name: b64encode(value).decode() for name, value in one.metadata.items()},
                "data": b64encode(one.data).decode(),
            }
            for one in payloads
        ]
    }


async def _request_of(world: World) -> tuple[UUID, Payload]:
    """A booking, and the sealed payload its workflow was started with."""
    booking_id = await world.book(await world.town.owner())
    history = await world.handles[booking_id].fetch_history()
    return booking_id, history.events[0].workflow_execution_started_event_attributes.input.payloads[0]


async def _decoded(api: Api, who: Caller, said: dict[str, Any]) -> list[Any]:
    answer = await api.http.post("/codec/decode", json=said, headers=who.headers)
    assert answer.status_code == 200, answer.text
    return [json.loads(b64decode(one["data"])) for one in answer.json()["payloads"]]


async def test_support_reads_what_the_ui_shows_sealed_and_each_look_is_written_down_once(
    world: World, codec: Api
) -> None:
    booking_id, sealed = await _request_of(world)
    assert str(booking_id).encode() not in sealed.data
    agent = await codec.caller(Role.SUPPORT)
    for _ in range(2):
        [read] = await _decoded(codec, agent, _said(sealed))
        assert read["booking_id"] == str(booking_id)
    assert await _decoded(codec, agent, {}) == []
    async with world.resources.database.transaction() as session:
        looks = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "payloads_read"))).all()
    assert [(look.actor, look.subject) for look in looks] == [(str(agent.person_id), f"workflow:booking-{booking_id}")]


async def test_nobody_else_does(world: World, codec: Api) -> None:
    _, sealed = await _request_of(world)
    owner = await codec.caller(Role.OWNER)
    assert (await codec.http.post("/codec/decode", json=_said(sealed))).status_code == 401
    assert (await codec.http.post("/codec/decode", json=_said(sealed), headers=owner.headers)).status_code == 403


async def test_addresses_codes_and_tokens_are_masked_wherever_they_stand(codec: Api) -> None:
    from temporalio.api.common.v1 import Payload

    held = {"home": {"address": "1 Canary Street", "access_code": "4711"}, "reason": "mail ada@people.test", "n": 1}
    plain = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(held).encode())
    odd = Payload(metadata={"encoding": b"binary/plain"}, data=b"\xff\x00")
    agent = await codec.caller(Role.ADMIN)
    read, shown = await _decoded(codec, agent, _said(plain, odd))
    assert read == {
        "home": {"address": "[redacted]", "access_code": "[redacted]"},
        "reason": "mail [redacted]",
        "n": 1,
    }
    assert shown == "not shown: no JSON"


async def test_what_cannot_be_opened_says_so_and_breaks_nothing(world: World, codec: Api) -> None:
    _, sealed = await _request_of(world)
    broken = type(sealed)(metadata=dict(sealed.metadata), data=sealed.data[:-1] + b"x")
    unknown = type(sealed)(metadata={**sealed.metadata, "workflow": b"booking-nobody"}, data=sealed.data)
    agent = await codec.caller(Role.SUPPORT)
    first, second, third = await _decoded(codec, agent, _said(broken, unknown, sealed))
    assert first == second == "this workflow's data key is gone, or the payload is not ours"
    assert third["market_id"] == "testville"
    nobody = type(sealed)(metadata={**sealed.metadata, "workflow": b"booking-\0"}, data=sealed.data)
    deep = type(sealed)(metadata={"encoding": b"json/plain"}, data=b"[" * 5_000 + b"]" * 5_000)
    assert await _decoded(codec, agent, _said(nobody, deep)) == [first, "not shown: no JSON"]
    answer = await codec.http.post("/codec/decode", json={"payloads": [{"data": "?"}]}, headers=agent.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_the_uis_origin_may_ask_and_no_other_and_nothing_else(codec: Api) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-namespace"}
    allowed = await codec.http.options("/codec/decode", headers={"Origin": UI, **asks})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, UI)
    assert allowed.headers["access-control-allow-credentials"] == "true"
    strange = await codec.http.options("/codec/decode", headers={"Origin": "https://evil.test", **asks})
    assert "access-control-allow-origin" not in strange.headers
    elsewhere = await codec.http.get("/healthz", headers={"Origin": UI})
    assert "access-control-allow-origin" not in elsewhere.headers


async def test_a_browser_carries_a_cookie_for_the_codec_alone(world: World, codec: Api) -> None:
    _, sealed = await _request_of(world)
    agent, owner = await codec.caller(Role.SUPPORT), await codec.caller(Role.OWNER)
    assert "<form" in (await codec.http.get("/codec/session")).text
    refused = await codec.http.post("/codec/session", data={"token": owner.token})
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    opened = await codec.http.post("/codec/session", data={"token": agent.token})
    cookie = opened.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "Path=/codec/", "SameSite=strict"))
    assert (await codec.http.post("/codec/decode", json=_said(sealed))).status_code == 200
    assert (await codec.http.get("/v1/support/board")).status_code == 401
