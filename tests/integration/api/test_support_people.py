"""What support does to a person's account: locks it, takes a lost second factor off; a colleague's is an admin's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.models.walker import Walker
from dogwalk.domain.role import Role
from tests.support.api import Api
from tests.support.desk import agent_of

if TYPE_CHECKING:
    from tests.support.accounts import Somebody


async def test_a_locked_person_is_out_and_comes_back_unlocked(api: Api, ada: Somebody) -> None:
    await ada.join()
    agent = await agent_of(api)
    [found] = (await agent.get("users", q=ada.email))["items"]
    locked = await agent.post(f"users/{found['id']}/lock", reason="stolen phone")
    assert (locked.json()["locked"], locked.json()["open_sessions"]) == (True, 0)
    assert (await ada.rights(), (await ada.log_in()).status_code) == (401, 403)
    await agent.post(f"users/{found['id']}/unlock")
    for _ in range(2):
        seen = await agent.get(f"users/{found['id']}")
    assert [deed["action"] for deed in seen["audit"]] == ["person_read", "unlock", "lock"], "once an hour"
    assert {deed["actor"] for deed in seen["audit"]} == {str(agent.who.person_id)}
    ada.keep(await ada.log_in())


async def test_a_lost_second_factor_is_taken_off_and_told(api: Api, ada: Somebody) -> None:
    await ada.join(role="walker")
    await ada.turn_second_factor_on()
    agent = await agent_of(api)
    [found] = (await agent.get("users", q=ada.email))["items"]
    answer = await agent.post(f"users/{found['id']}/reset-2fa")
    assert (answer.status_code, answer.json()["two_factor_on"]) == (200, False)
    async with api.resources.database.transaction() as session:
        assert not (await session.get_one(Walker, UUID(found["id"]))).two_factor_on
    await ada.inbox.expect(to=ada.email, text="second factor", channel="mail")
    again = await agent.post(f"users/{found['id']}/reset-2fa")
    assert (again.status_code, again.json()["code"]) == (409, "two_factor_off")


async def test_a_colleagues_account_is_an_admins_to_touch(api: Api) -> None:
    agent, colleague = await agent_of(api), await agent_of(api)
    answer = await agent.post(f"users/{colleague.who.person_id}/lock")
    assert (answer.status_code, answer.json()["code"]) == (403, "staff_account")
    admin = await agent_of(api, Role.ADMIN)
    assert (await admin.post(f"users/{colleague.who.person_id}/end-sessions")).status_code == 200
