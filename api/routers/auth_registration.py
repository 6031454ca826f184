"""Becoming somebody, and passwords and phones that are hers.

None of these takes an Idempotency-Key: repeating one makes no second person, and their answers must not be kept.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import SignedIn, public
from api.errors import problems
from api.schemas.auth import (
    ChallengeGiven,
    ChallengeView,
    CodeGiven,
    PasswordChanged,
    PasswordForgotten,
    PasswordReset,
    PhoneStart,
    Register,
    Tokens,
)
from api.sign_in import Auth, UserAgent, proof, tokens
from dogwalk.domain.phone import normal_phone
from dogwalk.domain.role import Role
from dogwalk.services.auth.registration import NewAccount

router = APIRouter(tags=["auth"])


@router.post("/v1/auth/register", status_code=202, dependencies=[public])
async def register(body: Register, auth: Auth) -> ChallengeView:
    """A code goes to the address. The answer is the same for an address that has an account: that gets a mail."""
    phone = normal_phone(body.phone) if body.phone is not None else None
    new = NewAccount(email=body.email, password=body.password, name=body.name, phone=phone, role=Role(body.role))
    return ChallengeView(challenge=await auth.registration.register(new))


@router.post("/v1/auth/email/verify", dependencies=[public])
async def verify_email(body: CodeGiven, auth: Auth, user_agent: UserAgent) -> Tokens:
    """Logged in. 422 `invalid_code`: wrong, used, older than ten minutes, or tried five times."""
    return tokens(await auth.registration.verify(body.challenge, body.code, user_agent=user_agent))


@router.post("/v1/auth/email/resend", status_code=202, dependencies=[public])
async def resend_email(body: ChallengeGiven, auth: Auth) -> ChallengeView:
    """A new code in place of the old one, five times at most. 422 `invalid_challenge`: register again."""
    await auth.registration.resend(body.challenge)
    return ChallengeView(challenge=body.challenge)


@router.post("/v1/auth/password/forgot", status_code=202, response_class=Response, dependencies=[public])
async def forgot_password(body: PasswordForgotten, auth: Auth) -> Response:
    """A mail, if the address has an account. The answer never says."""
    auth.passwords.forgot(body.email)
    return Response(status_code=202)


@router.post("/v1/auth/password/reset", status_code=204, dependencies=[public])
async def reset_password(body: PasswordReset, auth: Auth) -> None:
    """By the mail's token; every device is logged out. 422 `invalid_token`."""
    await auth.passwords.reset(body.token, body.password)


@router.post("/v1/auth/password/change", status_code=204)
async def change_password(body: PasswordChanged, who: SignedIn, auth: Auth) -> None:
    """Every other device is logged out. 422 `invalid_credentials`."""
    await auth.passwords.change(who.person_id, who.session_id, current=body.current_password, password=body.password)


@router.post("/v1/auth/phone/start", status_code=202)
async def start_phone(body: PhoneStart, who: SignedIn, auth: Auth) -> ChallengeView:
    """A code by SMS. In place of a proven number: 403 `step_up_required` without a fresh log-in."""
    return ChallengeView(challenge=await auth.phones.start(who.person_id, body.phone, proof(who)))


@router.post("/v1/auth/phone/verify", status_code=204, responses=problems(409))
async def verify_phone(body: CodeGiven, who: SignedIn, auth: Auth) -> None:
    """422 `invalid_code`; 409 `phone_taken`: another account has proven this number."""
    await auth.phones.verify(who.person_id, body.challenge, body.code)
