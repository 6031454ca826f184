"""A walk live, over server-sent events and over a WebSocket: who sees it, when, and how much of it."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polyline
import pytest
from pydantic import SecretStr
from sqlalchemy import delete, text, update
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.tracking import Walk
from dogwalk.domain.policy import Walking
from dogwalk.domain.role import Role
from dogwalk.services.tracking import live
from dogwalk.telemetry.redaction import redacted_text
from tests.support.api import open_api, serve
from tests.support.server import served
from tests.support.streams import SOON_S, Stream, StreamEnded, streamed
from tests.support.tracks import LAT, LON
from tests.support.watching import Watch, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Template

NEAR_M, FAR_M = 250.0, 900.0


@pytest.fixture
async def watch(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Watch]:
    async with open_api(stack_environment, template) as api, opened(api) as made:
        yield made


async def seen(stream: Stream) -> dict[str, Any]:
    event = await stream.next()
    found: dict[str, Any] = json.loads(event["data"])
    assert event["event"] == found["type"]
    return found


async def test_a_walk_under_way_is_seen_with_its_route_and_followed(watch: Watch) -> None:
    await watch.start()
    await watch.walk.send(watch.walk.steps(60))
    async with watch.stream() as stream:
        first = await seen(stream)
        assert (first["type"], first["stage"], first["eta"]) == ("snapshot", "under_way", None)
        assert datetime.fromisoformat(first["position"]["at"]) == watch.walk.opened_at + timedelta(seconds=59)
        assert polyline.decode(first["polyline"])[0][0] == pytest.approx(LAT, abs=0.001)
        await watch.be_at(90, 400.0)
        then = await seen(stream)
    assert (then["type"], then["polyline"]) == ("update", None)
    assert datetime.fromisoformat(then["position"]["at"]) == watch.walk.opened_at + timedelta(seconds=90)
    assert (then["position"]["accuracy_m"], then["position"]["heading_deg"]) == (5.0, 90.0)


async def test_before_the_start_the_owner_sees_when_and_near_home_where(watch: Watch) -> None:
    async with watch.stream() as stream, watch.stream(watch.walker) as hers:
        assert (await seen(stream))["stage"] == (await seen(hers))["stage"] == "waiting"
        await watch.set_out()
        assert (await seen(stream))["stage"] == (await seen(hers))["stage"] == "approaching"
        await watch.be_at(10, FAR_M)
        far = await seen(stream)
        assert far["position"] is None
        assert timedelta(minutes=13) < datetime.fromisoformat(far["eta"]) - watch.walk.opened_at < timedelta(minutes=16)
        assert (await watch.booking())["eta"] == far["eta"]
        assert (await seen(hers))["position"] is not None
        await watch.be_at(600, NEAR_M)
        near = await seen(stream)
        assert near["position"]["lon"] > LON
        assert near["eta"] is not None
        await watch.start()
        under_way = await seen(stream)
        assert (under_way["stage"], under_way["eta"]) == ("under_way", None)
        assert (await watch.booking())["eta"] is None


async def test_the_snapshot_keeps_the_walkers_home_private_too(watch: Watch) -> None:
    await watch.set_out()
    await watch.be_at(10, FAR_M)
    async with watch.stream() as stream:
        first = await seen(stream)
    assert (first["stage"], first["position"], first["polyline"]) == ("approaching", None, "")
    assert first["eta"] is not None


async def test_after_the_end_nobody_sees_where_she_goes(watch: Watch) -> None:
    await watch.start()
    await watch.be_at(10, 50.0)
    async with watch.stream() as stream:
        assert (await seen(stream))["position"] is not None
        await watch.finish()
        over = await seen(stream)
    assert (over["stage"], over["position"]) == ("over", None)


async def test_a_viewer_gets_the_latest_only_and_once_a_second(watch: Watch) -> None:
    await watch.start()
    async with watch.stream() as stream:
        await seen(stream)
        began = asyncio.get_running_loop().time()
        for n in range(20):
            await watch.be_at(10 + n, 100.0 + n)
        got = [await seen(stream)]
        while got[-1]["position"]["at"] != (watch.walk.opened_at + timedelta(seconds=29)).isoformat().replace(
            "+00:00", "Z"
        ):
            got.append(await seen(stream))
        took_s = asyncio.get_running_loop().time() - began
    assert len(got) <= took_s / live.PACE_S + 1
    assert len(got) < 20


async def test_a_walker_who_gave_the_walk_back_sees_no_more(watch: Watch) -> None:
    await watch.set_out()
    async with watch.stream() as stream, watch.stream(watch.walker) as hers:
        await seen(stream)
        await seen(hers)
        await watch.lose_walker()
        assert (await seen(stream))["stage"] == "waiting"
        with pytest.raises(StreamEnded):
            await seen(hers)


async def test_a_stranger_finds_nothing(watch: Watch) -> None:
    stranger = await watch.api.caller(Role.OWNER)
    answer = await watch.http.get(watch.path, headers=stranger.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for query, expected in ((f"?ticket={await watch.ticket(stranger)}", 404), ("?ticket=guessed", 401), ("", 401)):
        with pytest.raises(InvalidStatus) as refused:
            await watch.socket(query=query).__aenter__()
        assert refused.value.response.status_code == expected


async def test_a_stream_ends_when_its_token_does(watch: Watch) -> None:
    async with watch.stream(watch.expiring(lives_s=2)) as stream:
        await seen(stream)
        with pytest.raises(StreamEnded):
            await seen(stream)


async def test_a_ticket_opens_one_stream_and_one_only(watch: Watch) -> None:
    paths = (watch.path, watch.path.replace("/live", "/events"), "/v1/me/events")
    for path in paths:
        ticket = await watch.ticket()
        async with streamed(watch.http, f"{path}?ticket={ticket}"):
            pass
        again = await watch.http.get(f"{path}?ticket={ticket}")
        assert (again.status_code, again.json()["code"]) == (401, "ticket_invalid")


async def test_a_ticket_lives_half_a_minute_and_its_stream_as_long_as_the_token(watch: Watch) -> None:
    redis, prefix = watch.api.resources.redis, watch.api.settings.redis_prefix
    ticket = await watch.ticket(watch.expiring(lives_s=3))
    [name] = [name async for name in redis.scan_iter(f"{prefix}once:*")]
    assert ticket not in name
    assert 0 < await redis.ttl(name) <= 30
    async with streamed(watch.http, f"{watch.path}?ticket={ticket}") as stream:
        await seen(stream)
        with pytest.raises(StreamEnded):
            await seen(stream)


async def test_a_ticket_is_no_access_token(watch: Watch) -> None:
    ticket = await watch.ticket()
    for given in ({"headers": {"Authorization": f"Bearer {ticket}"}}, {"params": {"ticket": ticket}}):
        assert (await watch.http.get("/v1/me", **given)).status_code == 401


async def test_a_socket_shows_the_same(watch: Watch) -> None:
    await watch.start()
    await watch.be_at(10, 50.0)
    async with watch.socket(query=f"?ticket={await watch.ticket()}") as socket:
        first = json.loads(await asyncio.wait_for(socket.recv(), SOON_S))
        assert (first["type"], first["stage"]) == ("snapshot", "under_way")
        await socket.send("hello?")
        await watch.be_at(20, 60.0)
        assert json.loads(await asyncio.wait_for(socket.recv(), SOON_S))["type"] == "update"


async def test_a_socket_takes_a_header_and_closes_with_4401_when_the_token_ends(watch: Watch) -> None:
    async with watch.socket(additional_headers=watch.expiring(lives_s=2).headers) as socket:
        await asyncio.wait_for(socket.recv(), SOON_S)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), SOON_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_socket_closes_with_4401_when_its_session_is_ended(
    stack_environment: dict[str, str], template: Template
) -> None:
    async with (
        open_api(stack_environment, template, sse_heartbeat_s=0.2) as api,
        opened(api) as watch,
        watch.socket(additional_headers=watch.owner.headers) as socket,
    ):
        await asyncio.wait_for(socket.recv(), SOON_S)
        await api.resources.revoked_sessions.add([watch.owner.session_id])
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), SOON_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_socket_that_breaks_off_says_try_again(watch: Watch) -> None:
    """Not 4404, after which nobody would."""
    async with watch.socket(additional_headers=watch.owner.headers) as socket:
        await asyncio.wait_for(socket.recv(), SOON_S)
        async with watch.api.resources.database.transaction() as session:
            await session.execute(text("""UPDATE walk SET state = '{"devices": 1}'"""))
        await watch.set_out()
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), SOON_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1011


async def test_a_handshake_without_postgres_is_503(watch: Watch) -> None:
    nowhere = SecretStr("postgresql+asyncpg://dogwalk@127.0.0.1:1/dogwalk")
    away = watch.api.settings.model_copy(update={"database_url": nowhere})
    async with serve(away, watch.api.clock) as cut_off, served(cut_off.app) as base_url:
        url = base_url.replace("http", "ws").rstrip("/") + watch.path
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, proxy=None, additional_headers=watch.owner.headers)
    answer = refused.value.response
    assert (answer.status_code, len(answer.headers["X-Request-Id"])) == (503, 32)


async def test_without_redis_the_walk_is_still_seen_a_little_later(
    stack_environment: dict[str, str], template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_DEAF_S", 0.2)
    away = "unix:///nonexistent/valkey.sock"
    async with open_api(stack_environment, template, redis_url=away) as api, opened(api) as watch:
        await watch.start()
        async with watch.stream() as stream:
            assert (await seen(stream))["position"] is None
            await watch.be_at(10, 50.0)
            assert (await seen(stream))["position"] is not None
        answer = await watch.http.post("/v1/live-tickets", headers=watch.owner.headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_no_place_and_no_ticket_stands_in_a_log(watch: Watch, capsys: pytest.CaptureFixture[str]) -> None:
    await watch.start()
    await watch.be_at(10, 50.0)
    ticket = await watch.ticket()
    async with streamed(watch.http, f"{watch.path}?ticket={ticket}") as stream:
        await seen(stream)
    written = capsys.readouterr().out
    assert "/v1/live-tickets" in written
    for secret in (ticket, f"{LAT:.3f}", f"{LON:.2f}", str(UUID(int=0))):
        assert secret not in written


async def test_a_home_fence_shows_no_more_of_her_way_than_the_home_does(watch: Watch) -> None:
    """An owner may draw it wide, with its middle anywhere: there is where a walker may live."""
    ids, far = watch.walk.walk, watch.walk.point(0, distance_m=2_000.0)
    async with watch.api.resources.database.transaction() as session:
        home_id = (await session.get_one(Booking, ids.booking_id)).home_id
    fence = {"name": "Home", "kind": "home", "circle": {"lat": far.lat, "lon": far.lon, "radius_m": 2_500.0}}
    headers = {**watch.owner.headers, "Idempotency-Key": "wide"}
    drawn = await watch.http.post(f"/v1/homes/{home_id}/geofences", json=fence, headers=headers)
    assert drawn.status_code == 201, drawn.text
    async with watch.api.resources.database.transaction() as session:
        await session.execute(delete(Walk).where(Walk.id == ids.walk_id))
        walk_ids = {**ids.ids, "walker_id": ids.walker_id, "owner_id": ids.owner_id}
        recorder, at = watch.api.resources.walk_recorder, watch.api.clock.now()
        home = {"home_lat": LAT, "home_lon": LON}
        await recorder.open_walk(session, **walk_ids, **home, policy_walking=Walking(), at=at)
        await session.execute(update(Walk).where(Walk.booking_id == ids.booking_id).values(id=ids.walk_id))
    await watch.set_out()
    await watch.be_at(10, 2_000.0)
    async with watch.stream() as stream:
        assert (await seen(stream))["position"] is None
    await watch.be_at(600, NEAR_M)
    async with watch.stream() as stream:
        assert (await seen(stream))["position"] is not None


async def test_what_the_server_says_of_a_socket_holds_no_ticket_once_it_is_logged(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    ticket = await watch.ticket()
    with caplog.at_level("INFO", logger="uvicorn.error"):
        async with watch.socket(query=f"?ticket={ticket}") as socket:
            await socket.recv()
    assert f'"WebSocket {watch.path}?ticket=' in caplog.text
    assert ticket not in redacted_text(caplog.text)
