"""The phones that get pushes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import text

if TYPE_CHECKING:
    import httpx

    from devstack.standins.client import InboxClient
    from tests.support.api import Api

from tests.support.accounts import Somebody, somebody

PHONE = {"kind": "fid", "platform": "ios", "app": "owner", "locale": "en-US", "time_zone": "America/New_York"}


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def bind(one: Somebody, value: str, *, key: str | None = None, **more: Any) -> httpx.Response:
    headers = {**one.headers, "Idempotency-Key": key or uuid4().hex}
    return await one.api.http.post("/v1/devices", json={**PHONE, "value": value, **more}, headers=headers)


async def unbind(one: Somebody, device_id: str) -> httpx.Response:
    return await one.api.http.delete(f"/v1/devices/{device_id}", headers=one.headers)


async def bound(api: Api, value: str) -> int:
    async with api.resources.database.transaction() as session:
        counted = text("SELECT count(*) FROM device WHERE value = :value")
        return int(await session.scalar(counted, {"value": value}) or 0)


@pytest.fixture
def value() -> str:
    return f"phone-{uuid4().hex}"


async def test_a_phone_is_bound_once_and_its_value_is_not_told(api: Api, ada: Somebody, value: str) -> None:
    await ada.join()
    answer = await bind(ada, value)
    assert answer.status_code == 201, answer.text
    assert value not in answer.text
    again = await bind(ada, value, locale="de")
    assert (again.json()["id"], again.json()["locale"]) == (answer.json()["id"], "de")
    assert await bound(api, value) == 1


async def test_a_phone_that_changes_hands_is_taken_over(
    api: Api, ada: Somebody, inbox: InboxClient, value: str
) -> None:
    await ada.join()
    grace = await somebody(api, inbox).join()
    hers = (await bind(ada, value)).json()["id"]
    now = (await bind(grace, value)).json()["id"]
    assert hers != now
    assert told(await unbind(ada, hers)) == told(await unbind(ada, now)) == (404, "not_found")
    assert await bound(api, value) == 1
    assert (await unbind(grace, now)).status_code == 204
    assert await bound(api, value) == 0


async def test_a_phone_is_gone_at_log_out(api: Api, ada: Somebody, value: str) -> None:
    await ada.join()
    assert (await bind(ada, value)).status_code == 201
    assert (await ada.post("/v1/auth/logout", {})).status_code == 204
    assert await bound(api, value) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "pigeon"}, "invalid_input"),
        ({"value": "with blank"}, "invalid_input"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
    ],
)
async def test_what_is_no_phone_is_refused(ada: Somebody, value: str, change: dict[str, str], code: str) -> None:
    await ada.join()
    assert told(await bind(ada, **{"value": value, **change})) == (422, code)


async def test_without_a_key_or_a_token_nothing_is_bound(api: Api, ada: Somebody, value: str) -> None:
    await ada.join()
    body = {**PHONE, "value": value}
    assert told(await api.http.post("/v1/devices", json=body, headers=ada.headers)) == (400, "idempotency_key_required")
    assert told(await api.http.post("/v1/devices", json=body)) == (401, "unauthenticated")
