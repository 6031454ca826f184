"""A person's say in what she is told: kind by kind, channel by channel, and not in her sleep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dogwalk.domain.role import Role
from tests.support.households import pointers

if TYPE_CHECKING:
    import httpx

    from tests.support.api import Api, Caller

PATH = "/v1/notification-preferences"
NIGHT = {"from": "22:00", "to": "07:00"}


@pytest.fixture
async def ada(api: Api) -> Caller:
    return await api.caller()


async def put(api: Api, who: Caller, body: dict[str, Any]) -> httpx.Response:
    return await api.http.put(PATH, json=body, headers=who.headers)


async def read(api: Api, who: Caller) -> dict[str, Any]:
    answer = await api.http.get(PATH, headers=who.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def channels(seen: dict[str, Any], kind: str) -> dict[str, bool | None]:
    found: dict[str, bool | None] = next(one["channels"] for one in seen["kinds"] if one["kind"] == kind)
    return found


async def test_everything_is_on_at_first(api: Api, ada: Caller) -> None:
    seen = await read(api, ada)
    assert seen["quiet_hours"] is None
    assert channels(seen, "walker_assigned") == {"push": True, "mail": True, "sms": None}
    assert {one["kind"]: one["critical"] for one in seen["kinds"]}["receipt"] is True
    assert not any(is_on is False for one in seen["kinds"] for is_on in one["channels"].values())


async def test_what_is_switched_off_stays_off_and_the_rest_on(api: Api, ada: Caller) -> None:
    wanted = {"kinds": [{"kind": "walker_assigned", "channels": {"mail": False}}], "quiet_hours": NIGHT}
    answer = await put(api, ada, wanted)
    assert answer.status_code == 200, answer.text
    seen = await read(api, ada)
    assert seen == answer.json()
    assert channels(seen, "walker_assigned") == {"push": True, "mail": False, "sms": None}
    assert channels(seen, "walk_started")["push"] is True
    assert seen["quiet_hours"] == NIGHT


async def test_the_answer_may_be_sent_back_and_the_whole_is_replaced(api: Api, ada: Caller) -> None:
    await put(api, ada, {"kinds": [{"kind": "payout_sent", "channels": {"push": False}}], "quiet_hours": NIGHT})
    seen = await read(api, ada)
    assert (await put(api, ada, seen)).json() == seen
    emptied = (await put(api, ada, {"kinds": []})).json()
    assert (channels(emptied, "payout_sent")["push"], emptied["quiet_hours"]) == (True, None)


async def test_it_is_one_persons_own(api: Api, ada: Caller) -> None:
    await put(api, ada, {"kinds": [{"kind": "offer_made", "channels": {"push": False}}]})
    grace = await api.caller(Role.WALKER)
    assert channels(await read(api, grace), "offer_made")["push"] is True


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kinds": [{"kind": "receipt", "channels": {"mail": False}}]}, "/kinds/0", "critical_kind"),
        ({"kinds": [{"kind": "dog_barked", "channels": {"mail": False}}]}, "/kinds/0", "unknown_kind"),
        ({"kinds": [{"kind": "walk_started", "channels": {"sms": False}}]}, "/kinds/0", "unknown_channel"),
        ({"kinds": [], "quiet_hours": {"from": "22:00"}}, "/quiet_hours/to", "invalid_input"),
        ({"kinds": [], "quiet_hours": {"from": "25:00", "to": "07:00"}}, "/quiet_hours/from", "invalid_input"),
        ({"kinds": [], "quiet_hours": {"from": "07:00", "to": "07:00"}}, "/quiet_hours/to", "invalid_input"),
        ({"quiet_hours": None}, "/kinds", "invalid_input"),
    ],
)
async def test_what_cannot_be_is_pointed_at(
    api: Api, ada: Caller, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await put(api, ada, body)
    assert (pointers(answer), answer.json()["code"]) == ({pointer}, code)
    assert channels(await read(api, ada), "receipt")["mail"] is True
