"""People's accounts, as support looks after them. Each deed needs a reason and stands in the audit log."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import Principal, Res, SupportOnly
from api.errors import problems
from api.schemas.support_deeds import Deed
from api.schemas.support_people import PersonList, PersonView
from api.sign_in import Auth, proof
from api.support_rendering import person_view, whole_person_view
from dogwalk.domain.authentication import check_step_up
from dogwalk.services.support.people import Agent

router = APIRouter(tags=["support"])


@router.get("/v1/support/users")
async def find_users(
    _: SupportOnly, auth: Auth, wanted: Annotated[str, Query(alias="q", min_length=3, max_length=100)]
) -> PersonList:
    """By id, by the beginning of address or number, or by a part of the name."""
    return PersonList(items=[person_view(person) for person in await auth.support.find(wanted)])


@router.get("/v1/support/users/{person_id}", responses=problems(404))
async def get_user(person_id: UUID, who: SupportOnly, auth: Auth) -> PersonView:
    """That she was looked at stands in the audit log."""
    return whole_person_view(await auth.support.look_up(person_id, by=who.person_id))


@router.post("/v1/support/users/{person_id}/lock", responses=problems(404))
async def lock_user(person_id: UUID, body: Deed, who: SupportOnly, auth: Auth) -> PersonView:
    """No log-in any more, every session ends; bookings go on. 403 `staff_account` for a colleague's."""
    await auth.support.lock(person_id, _agent(who, body))
    return whole_person_view(await auth.support.get(person_id))


@router.post("/v1/support/users/{person_id}/unlock", responses=problems(404))
async def unlock_user(person_id: UUID, body: Deed, who: SupportOnly, auth: Auth) -> PersonView:
    await auth.support.unlock(person_id, _agent(who, body))
    return whole_person_view(await auth.support.get(person_id))


@router.post("/v1/support/users/{person_id}/reset-2fa", responses=problems(404, 409))
async def reset_two_factor(person_id: UUID, body: Deed, who: SupportOnly, auth: Auth, res: Res) -> PersonView:
    """She is told by mail, and logs in anew. Needs a fresh second factor of one's own. 409 `two_factor_off`."""
    check_step_up(proof(who), needs_second_factor=True, now=res.wall_clock.now())
    await auth.support.reset_two_factor(person_id, _agent(who, body))
    return whole_person_view(await auth.support.get(person_id))


@router.post("/v1/support/users/{person_id}/end-sessions", responses=problems(404))
async def end_sessions(person_id: UUID, body: Deed, who: SupportOnly, auth: Auth) -> PersonView:
    """She is logged out everywhere."""
    await auth.support.end_sessions(person_id, _agent(who, body))
    return whole_person_view(await auth.support.get(person_id))


def _agent(who: Principal, body: Deed) -> Agent:
    return Agent(id=who.person_id, roles=who.roles, reason=body.reason)
