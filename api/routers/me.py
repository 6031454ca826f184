"""My own account."""

from __future__ import annotations

from fastapi import APIRouter

from api.addresses import addresses
from api.deps import Res, SignedIn
from api.schemas.me import EmergencyContact, Me, MeChange, RoleWanted
from api.sign_in import Auth
from dogwalk.domain.phone import normal_phone
from dogwalk.domain.role import Role
from dogwalk.services.auth.account import Account

router = APIRouter(tags=["auth"])


@router.get("/v1/me")
async def get_me(who: SignedIn, res: Res, auth: Auth) -> Me:
    return await _view(res, await auth.accounts.get(who.person_id))


@router.patch("/v1/me")
async def change_me(body: MeChange, who: SignedIn, res: Res, auth: Auth) -> Me:
    """What is named, and not null, is changed. 422 `unknown_time_zone`."""
    return await _view(res, await auth.accounts.change(who.person_id, **body.model_dump(exclude_none=True)))


@router.put("/v1/me/emergency-contact", status_code=204)
async def set_emergency_contact(body: EmergencyContact, who: SignedIn, auth: Auth) -> None:
    """Who gets an SMS when something happens on a walk of mine. 422 `invalid_phone`."""
    await auth.accounts.change(who.person_id, emergency_name=body.name, emergency_phone=normal_phone(body.phone))


@router.post("/v1/me/roles")
async def add_role(body: RoleWanted, who: SignedIn, res: Res, auth: Auth) -> Me:
    """Adding one that I have changes nothing. Access tokens name it from the next refresh on."""
    return await _view(res, await auth.accounts.add_role(who.person_id, Role(body.role)))


async def _view(res: Res, account: Account) -> Me:
    person = account.person
    faces = await addresses(res, [person.photo_key])
    return Me(
        id=person.id,
        email=person.email,
        email_verified=person.email_verified_at is not None,
        phone=person.phone,
        phone_verified=person.phone_verified_at is not None,
        name=person.name,
        locale=person.locale,
        time_zone=person.time_zone,
        roles=sorted(account.roles),
        two_factor_on=account.recovery_codes_left is not None,
        recovery_codes_left=account.recovery_codes_left,
        photo=faces.get(person.photo_key),
        created_at=person.created_at,
    )
