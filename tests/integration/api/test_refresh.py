"""Sessions: refresh tokens good once, lost answers, reuse, and where somebody is logged in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import jwt
from sqlalchemy import select

from dogwalk.db.models.person import Device, LoginSession, RefreshToken
from tests.support.accounts import Somebody, somebody

if TYPE_CHECKING:
    import httpx

    from devstack.standins.client import InboxClient
    from tests.support.api import Api


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


def session_of(one: Somebody) -> UUID:
    return UUID(jwt.decode(one.access_token, options={"verify_signature": False})["sid"])


def later(api: Api, **span: float) -> None:
    api.resources.wall_clock.offset += timedelta(**span)


async def add_device(api: Api, one: Somebody, value: str) -> None:
    now = api.clock.now()
    async with api.resources.database.transaction() as session:
        owner = await session.scalar(select(LoginSession.person_id).where(LoginSession.id == session_of(one)))
        session.add(
            Device(
                person_id=owner,
                session_id=session_of(one),
                kind="fid",
                value=value,
                platform="ios",
                app="owner",
                locale="en",
                time_zone="UTC",
                created_at=now,
                last_seen_at=now,
            )
        )


async def devices(api: Api) -> list[str]:
    async with api.resources.database.transaction() as session:
        return sorted(await session.scalars(select(Device.value)))


async def test_a_refreshed_session_goes_on(ada: Somebody) -> None:
    await ada.join()
    first, session_id = ada.refresh_token, session_of(ada)
    ada.keep(await ada.refresh())
    assert ada.refresh_token != first
    assert session_of(ada) == session_id
    assert await ada.rights() == 200
    ada.keep(await ada.refresh())


async def test_a_lost_answer_is_given_again(api: Api, ada: Somebody) -> None:
    await ada.join()
    first = ada.refresh_token
    lost = (await ada.refresh(first)).json()["refresh_token"]
    later(api, seconds=59)
    again = (await ada.refresh(first)).json()["refresh_token"]
    assert again == lost
    assert (await ada.refresh(again)).status_code == 200


async def test_two_refreshes_at_once_have_one_successor(api: Api, ada: Somebody) -> None:
    await ada.join()
    answers = await asyncio.gather(*(ada.refresh() for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    async with api.resources.database.transaction() as session:
        assert len((await session.scalars(select(RefreshToken.id))).all()) == 2
    ada.keep(answers[0])
    assert (await ada.refresh()).status_code == 200


async def test_a_token_used_after_its_successor_ends_the_session(api: Api, ada: Somebody) -> None:
    await ada.join()
    await add_device(api, ada, "phone")
    stolen = ada.refresh_token
    ada.keep(await ada.refresh())
    ada.keep(await ada.refresh())
    assert told(await ada.refresh(stolen)) == (401, "refresh_token_invalid")
    assert told(await ada.refresh()) == (401, "refresh_token_invalid")
    assert told(await ada.get("/v1/me")) == (401, "session_revoked")
    assert await devices(api) == []


async def test_a_token_used_again_too_late_ends_the_session(api: Api, ada: Somebody) -> None:
    await ada.join()
    first = ada.refresh_token
    ada.keep(await ada.refresh())
    later(api, seconds=61)
    assert told(await ada.refresh(first)) == (401, "refresh_token_invalid")
    assert (await ada.refresh()).status_code == 401


async def test_reuse_ends_one_session_only(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    tablet = somebody(api, inbox)
    tablet.keep(await ada.log_in())
    first = ada.refresh_token
    for _ in range(2):
        ada.keep(await ada.refresh())
    assert (await ada.refresh(first)).status_code == 401
    assert (await tablet.refresh()).status_code == 200


async def test_a_session_ends_for_good_after_sixty_days(api: Api, ada: Somebody) -> None:
    await ada.join()
    later(api, days=59)
    ada.keep(await ada.refresh())
    later(api, days=1)
    assert told(await ada.refresh()) == (401, "refresh_token_invalid")


async def test_what_is_no_refresh_token_is_refused(api: Api, ada: Somebody) -> None:
    await ada.join()
    for token in ("x", ada.access_token[:150], "ä"):
        assert told(await ada.refresh(token)) == (401, "refresh_token_invalid")
    assert (await ada.refresh()).status_code == 200


async def test_logging_out_takes_tokens_and_phone_along(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    tablet = somebody(api, inbox)
    tablet.keep(await ada.log_in())
    await add_device(api, ada, "phone")
    await add_device(api, tablet, "tablet")
    assert (await ada.post("/v1/auth/logout")).status_code == 204
    assert told(await ada.get("/v1/me")) == (401, "session_revoked")
    assert (await ada.refresh()).status_code == 401
    assert await tablet.rights() == 200
    assert await devices(api) == ["tablet"]


async def test_a_session_is_ended_from_another_device(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    tablet = somebody(api, inbox)
    tablet.keep(await ada.log_in())
    listed = (await tablet.get("/v1/auth/sessions")).json()["items"]
    assert [(one["id"], one["is_current"]) for one in listed] == [
        (str(session_of(tablet)), True),
        (str(session_of(ada)), False),
    ]
    assert listed[0]["user_agent"].startswith("python-httpx")
    assert (await tablet.delete(f"/v1/auth/sessions/{listed[1]['id']}")).status_code == 204
    assert told(await tablet.delete(f"/v1/auth/sessions/{listed[1]['id']}")) == (404, "not_found")
    assert await ada.rights() == 401
    assert len((await tablet.get("/v1/auth/sessions")).json()["items"]) == 1


async def test_sessions_are_listed_in_pages(ada: Somebody) -> None:
    await ada.join()
    for _ in range(2):
        await ada.log_in()
    first = (await ada.get("/v1/auth/sessions?limit=2")).json()
    rest = (await ada.get(f"/v1/auth/sessions?limit=2&cursor={first['next_cursor']}")).json()
    assert len({one["id"] for one in first["items"] + rest["items"]}) == 3
    assert rest["next_cursor"] is None


async def test_a_strangers_session_is_not_there(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    grace = await somebody(api, inbox).join()
    await ada.join()
    for session_id in (session_of(grace), uuid4()):
        assert told(await ada.delete(f"/v1/auth/sessions/{session_id}")) == (404, "not_found")
    assert await grace.rights() == 200


async def test_only_hashes_of_tokens_are_kept(api: Api, ada: Somebody) -> None:
    await ada.join()
    before = ada.refresh_token
    ada.keep(await ada.refresh())
    async with api.resources.database.transaction() as session:
        stored = (await session.scalars(select(RefreshToken.token_hash))).all()
    assert len(stored) == 2
    assert not {before, ada.refresh_token} & set(stored)
