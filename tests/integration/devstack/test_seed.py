"""`make seed`: people who can be logged in as and do what they are there for; a second run changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from sqlalchemy import text

from devstack.seed.__main__ import seed
from devstack.seed.logins import AUTHENTICATOR, PASSWORD, print_logins
from devstack.seed.people import PEOPLE
from tests.support.api import Api, open_api

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Template

GIVEN = {"password": "walk-0123456789ab", "authenticator": "WQIGTOQTI3ZTGLC2CF3AUGBWCL4QW3WY"}
COUNTED = ("person", "person_role", "dog", "home", "walker", "weekly_availability", "two_factor", "market_policy")


@pytest.fixture
async def seeded(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template) as api:
        await seed(api.settings, **GIVEN)
        yield api


async def log_in(api: Api, name: str) -> dict[str, str]:
    """Headers of this person, past the second factor where it is asked for."""
    account = {"email": f"{name}@dogwalk.test", "password": GIVEN["password"]}
    answer = (await api.http.post("/v1/auth/login", json=account)).json()
    if answer.get("two_factor_required"):
        proof = {"challenge": answer["challenge"], "code": _next_code(api)}
        answer = (await api.http.post("/v1/auth/login/2fa", json=proof)).json()
    return {"Authorization": f"Bearer {answer['access_token']}"}


def _next_code(api: Api) -> str:
    """The seed has used up the present one."""
    step_s = 30
    return pyotp.TOTP(GIVEN["authenticator"]).at(int(api.resources.wall_clock.now().timestamp()) + step_s)


async def get(api: Api, path: str, headers: dict[str, str]) -> Any:
    return (await api.http.get(path, headers=headers)).json()


async def test_an_owner_may_book_at_once(seeded: Api) -> None:
    ada = await log_in(seeded, "ada")
    me = await get(seeded, "/v1/me", ada)
    assert (me["email_verified"], me["phone_verified"], me["roles"]) == (True, True, ["owner"])
    assert sorted(dog["name"] for dog in (await get(seeded, "/v1/dogs", ada))["items"]) == ["Bella", "Rex"]
    [home] = (await get(seeded, "/v1/homes", ada))["items"]
    assert (home["time_zone"], home["has_access"]) == ("America/New_York", True)
    assert [card["is_default"] for card in (await get(seeded, "/v1/payment-methods", ada))["items"]] == [True]


async def test_a_walker_may_be_offered_walks(seeded: Api) -> None:
    grace = await get(seeded, "/v1/walkers/me", await log_in(seeded, "grace"))
    assert [grace[name] for name in ("verified", "two_factor_on", "payout_active", "suspended")] == [True] * 3 + [False]
    week = await get(seeded, "/v1/walkers/me/availability", await log_in(seeded, "mary"))
    assert [slot["weekday"] for slot in week["weekly"]] == list(range(7))


async def test_a_second_run_changes_nothing(seeded: Api) -> None:
    before = await _counts(seeded)
    await seed(seeded.settings, **{**GIVEN, "password": "another"})
    assert await _counts(seeded) == before
    assert await log_in(seeded, "ada")


async def test_everybody_stands_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_logins({PASSWORD: GIVEN["password"], AUTHENTICATOR: GIVEN["authenticator"]})
    told = capsys.readouterr().out
    assert [person.email for person in PEOPLE if person.email not in told] == []
    assert [secret for secret in GIVEN.values() if secret not in told] == []


async def _counts(api: Api) -> dict[str, int]:
    async with api.resources.database.transaction() as session:
        return {
            table: int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 names of ours
            for table in COUNTED
        }
