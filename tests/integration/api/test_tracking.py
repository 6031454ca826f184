"""A walker's phone over HTTP: its token, and the positions it sends."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from dogwalk.domain.role import Role
from dogwalk.services.tracking import sessions
from tests.support.api import Api, Caller
from tests.support.ingesting import UnderWay, under_way

if TYPE_CHECKING:
    import httpx


@dataclass(kw_only=True)
class Phone:
    """The assigned walker's, on a walk under way."""

    api: Api
    walk: UnderWay
    walker: Caller
    device_id: str = ""
    token: str = ""

    @property
    def path(self) -> str:
        return f"/v1/bookings/{self.walk.walk.booking_id}"

    async def open(self, *, key: str | None = None, caller: Caller | None = None, device: str = "phone") -> Any:
        headers = {**(caller or self.walker).headers, "Idempotency-Key": key or uuid4().hex}
        return await self.api.http.post(f"{self.path}/tracking-session", json={"device": device}, headers=headers)

    async def ready(self) -> Phone:
        session = (await self.open()).json()
        self.device_id, self.token = session["device_id"], session["token"]
        return self

    async def send(self, positions: Any, *, token: str | None = None, **more: Any) -> httpx.Response:
        body = {"device_id": self.device_id or str(uuid4()), "positions": positions}
        return await self.send_raw(json.dumps(body).encode(), token=token, **more)

    async def send_raw(self, body: bytes, *, token: str | None = None, **headers: str) -> httpx.Response:
        given = {"Authorization": f"Bearer {token or self.token}", **headers}
        return await self.api.http.post(f"{self.path}/positions", content=body, headers=given)

    def position(self, at_s: float, **fields: Any) -> dict[str, Any]:
        point = self.walk.point(at_s)
        return {"seq": point.seq, "at": point.at.isoformat(), "lat": point.lat, "lon": point.lon, **fields}

    async def run(self, statement: str, **values: Any) -> None:
        async with self.api.resources.database.transaction() as session:
            await session.execute(text(statement), values)


@pytest.fixture
async def phone(api: Api) -> Phone:
    walk = await under_way(api.resources)
    return Phone(api=api, walk=walk, walker=api.signed_in(walk.walk.walker_id, Role.WALKER))


async def test_a_phone_gets_a_token_and_sends(phone: Phone) -> None:
    answer = await phone.open()
    session = answer.json()
    assert answer.status_code == 201
    assert session["ingest_url"] == f"{phone.api.settings.public_url}{phone.path}/positions"
    phone.device_id, phone.token = session["device_id"], session["token"]
    sent = await phone.send([phone.position(n, accuracy_m=4) for n in range(3)])
    assert (sent.status_code, sent.json()) == (202, {"accepted": 3, "duplicate": 0, "rejected": []})
    assert [str(row.device_id) for row in await phone.walk.stored()] == [phone.device_id] * 3


async def test_the_same_key_gets_the_same_token(phone: Phone) -> None:
    first, again = await phone.open(key="k1"), await phone.open(key="k1")
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await phone.open(key="k2")
    assert other.json()["token"] != first.json()["token"]


async def test_only_the_hash_of_a_token_is_kept(phone: Phone) -> None:
    await phone.ready()
    async with phone.api.resources.database.transaction() as session:
        kept = (await session.execute(text("SELECT tracking_session::text FROM tracking_session"))).scalar_one()
    assert phone.token not in kept


async def test_nobody_but_the_assigned_walker_gets_a_token(phone: Phone) -> None:
    stranger = await phone.open(caller=await phone.api.caller(Role.WALKER))
    owner = await phone.open(caller=phone.api.signed_in(phone.walk.walk.owner_id, Role.OWNER, Role.WALKER))
    not_a_walker = await phone.open(caller=phone.api.signed_in(phone.walk.walk.owner_id, Role.OWNER))
    assert [one.status_code for one in (stranger, owner, not_a_walker)] == [404, 404, 403]


async def test_a_walk_that_is_over_gives_no_token(phone: Phone) -> None:
    await phone.walk.say("close")
    answer = await phone.open()
    assert (answer.status_code, answer.json()["code"]) == (409, "walk_closed")


async def test_a_repeated_batch_is_counted_as_duplicate(phone: Phone) -> None:
    await phone.ready()
    batch = [phone.position(n) for n in range(5)]
    await phone.send(batch)
    assert (await phone.send(batch)).json() == {"accepted": 0, "duplicate": 5, "rejected": []}


async def test_the_walker_may_send_by_her_access_token(phone: Phone) -> None:
    answer = await phone.send([phone.position(1)], token=phone.walker.token)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)


async def test_a_gzipped_body_is_read(phone: Phone) -> None:
    await phone.ready()
    body = {"device_id": phone.device_id, "positions": [phone.position(n) for n in range(500)]}
    answer = await phone.send_raw(gzip.compress(json.dumps(body).encode()), **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 500)


async def test_a_gzip_bomb_is_too_large(phone: Phone) -> None:
    await phone.ready()
    answer = await phone.send_raw(gzip.compress(b"[" + b" " * 50_000_000), **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_an_encoding_that_is_none_is_bad_input(phone: Phone, encoding: str) -> None:
    await phone.ready()
    answer = await phone.send_raw(b'{"device_id": 1}', **{"Content-Encoding": encoding})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/header/Content-Encoding"


async def test_half_a_gzip_is_bad_input(phone: Phone) -> None:
    await phone.ready()
    body = gzip.compress(json.dumps({"device_id": phone.device_id, "positions": []}).encode())
    assert (await phone.send_raw(body[:-6], **{"Content-Encoding": "gzip"})).status_code == 422


HEAD = b'{"device_id": "0193f6c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f", "positions": ['


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"nonsense", ""),
        (b"\xff\xfe", ""),
        (b"[]", ""),
        (b"[" * 100_000, ""),
        (HEAD + b'{"at": 1}]', ""),
        (HEAD + b'{"at": 1}, {"at": "\\q"}]}', ""),
        (HEAD + b'{"at": 1}, ' + b"[" * 100_000, ""),
        (b'{"positions": []}', "/device_id"),
        (b'{"device_id": "me", "positions": []}', "/device_id"),
        (b'{"device_id": "0193f6c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f"}', "/positions"),
        (b'{"device_id": "0193f6c2-a1b2-7c3d-8e4f-5a6b7c8d9e0f", "positions": {}}', "/positions"),
        (HEAD + b",".join([b"{}"] * 501) + b"]}", "/positions"),
    ],
)
async def test_a_wrong_envelope_is_bad_input(phone: Phone, body: bytes, pointer: str) -> None:
    answer = await (await phone.ready()).send_raw(body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [one["pointer"] for one in answer.json().get("errors") or []] == ([pointer] if pointer else [])


async def test_what_is_no_position_is_put_aside_and_the_rest_is_stored(phone: Phone) -> None:
    await phone.ready()
    wrong = [
        phone.position(2, lat="north"),
        phone.position(3, at="yesterday"),
        phone.position(4, at="2026-06-01T10:00:00"),
        {"seq": 5},
        {"seq": "six", "note": "a \x00 in it"},
        7,
        None,
        phone.position(8, lat=10**400),
        phone.position(-9, seq=-9),
        phone.position(10, lat=91.0),
        phone.position(11, at="0001-01-01T00:00:00+14:00"),
        phone.position(12, at="9999-12-31T23:59:59-14:00"),
    ]
    answer = await phone.send([phone.position(1), *wrong])
    assert answer.status_code == 202
    codes = {one["seq"]: one["code"] for one in answer.json()["rejected"] if one["seq"]}
    assert answer.json()["accepted"] == 1
    assert len(answer.json()["rejected"]) == len(wrong)
    assert codes == {
        **dict.fromkeys((2, 3, 4, 5, 8), "invalid_position"),
        10: "bad_coordinates",
        11: "time_out_of_window",
        12: "time_out_of_window",
    } | {seq: codes[seq] for seq in (8, 11, 12)}


async def test_a_closed_walk_answers_202_and_keeps_nothing(phone: Phone) -> None:
    await phone.ready()
    await phone.walk.say("close")
    for token in (phone.token, phone.walker.token):
        answer = await phone.send([phone.position(1)], token=token)
        assert (answer.status_code, answer.json()["accepted"]) == (202, 0)
        assert answer.json()["rejected"] == [{"seq": 1, "code": "walk_closed"}]
    assert await phone.walk.stored() == []


async def test_who_was_swapped_out_is_answered_and_her_positions_are_put_aside(phone: Phone) -> None:
    await phone.ready()
    await phone.walk.say("close")
    other = await phone.api.caller(Role.WALKER)
    await phone.run("UPDATE booking SET walker_id = :walker_id, assignment_no = 2", walker_id=other.person_id)
    for token in (phone.token, phone.walker.token):
        answer = await phone.send([phone.position(1)], token=token)
        assert (answer.status_code, answer.json()["rejected"][0]["code"]) == (202, "walk_closed")


async def test_a_stranger_finds_nothing(phone: Phone) -> None:
    stranger = await phone.api.caller(Role.WALKER)
    other = Phone(api=phone.api, walk=await under_way(phone.api.resources), walker=stranger)
    other.walker = phone.api.signed_in(other.walk.walk.walker_id, Role.WALKER)
    await other.ready()
    for token in (stranger.token, other.token):
        answer = await phone.send([phone.position(1)], token=token)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    owner = phone.api.signed_in(phone.walk.walk.owner_id, Role.OWNER)
    assert (await phone.send([], token=owner.token)).json()["code"] == "wrong_role"


async def test_without_a_good_token_nothing_is_taken(phone: Phone) -> None:
    answers = [await phone.send([], token=token) for token in ("trk_guessed", "eyJ.x.y")]
    answers.append(await phone.api.http.post(f"{phone.path}/positions", json={}))
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (401, "token_invalid"),
        (401, "token_invalid"),
        (401, "unauthenticated"),
    ]
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_ends_48_hours_after_the_finish(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED_S", 0.0)
    await phone.ready()
    await phone.run("UPDATE walk SET finished_at = opens_at, closes_at = opens_at + interval '48 hours'")
    phone.api.clock.offset = timedelta(hours=47)
    assert (await phone.send([phone.position(1)])).json()["accepted"] == 1
    phone.api.clock.offset = timedelta(hours=49)
    answer = await phone.send([phone.position(2)])
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


async def test_a_revoked_token_is_worth_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED_S", 0.0)
    await phone.ready()
    await phone.run("UPDATE tracking_session SET revoked_at = created_at")
    assert (await phone.send([phone.position(1)])).json()["code"] == "token_invalid"


async def test_no_other_call_takes_a_tracking_token(phone: Phone) -> None:
    await phone.ready()
    headers = {"Authorization": f"Bearer {phone.token}"}
    for path in (phone.path, f"{phone.path}/route", "/v1/me"):
        assert (await phone.api.http.get(path, headers=headers)).status_code == 401


async def test_an_id_that_is_none_is_bad_input(phone: Phone) -> None:
    await phone.ready()
    headers = {"Authorization": f"Bearer {phone.token}"}
    answer = await phone.api.http.post("/v1/bookings/me/positions", json={}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/path/booking_id")


async def test_the_document_says_what_positions_are(phone: Phone) -> None:
    document = (await phone.api.http.get("/openapi.json")).json()
    operation = document["paths"]["/v1/bookings/{booking_id}/positions"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    position = schema["properties"]["positions"]["items"]
    assert schema["properties"]["positions"]["maxItems"] == 500
    assert set(position["required"]) == {"at", "lat", "lon"}
    answer = operation["responses"]["202"]["content"]["application/json"]["schema"]
    assert set(answer["properties"]) == {"accepted", "duplicate", "rejected"}
    assert operation["security"] == [{"accessToken": []}, {"trackingToken": []}]
    assert [one["name"] for one in operation["parameters"]] == ["booking_id"]
    assert {"401", "403", "404", "413", "422", "503"} <= set(operation["responses"])


async def test_no_place_and_no_token_stands_in_a_log(phone: Phone, capsys: pytest.CaptureFixture[str]) -> None:
    await phone.ready()
    await phone.send([phone.position(1), phone.position(2, lat=91.234567), phone.position(3, lat="51.987654")])
    await phone.send_raw(b'{"device_id": "48.137215", "positions": []}')
    written = capsys.readouterr().out
    assert "/positions" in written
    for secret in (phone.token, "91.234567", "51.987654", "48.137", "11.57"):
        assert secret not in written
