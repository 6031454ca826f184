"""The second factor: an authenticator app, and recovery codes for when the phone is gone."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import SignedIn
from api.errors import problems
from api.schemas.auth import AuthenticatorCode, Enrollment, RecoveryCodes
from api.sign_in import Auth, proof

router = APIRouter(tags=["auth"])


@router.post("/v1/auth/2fa/enroll", responses=problems(409))
async def enroll(who: SignedIn, auth: Auth) -> Enrollment:
    """Scan it, then confirm. Repeated before that, the last one counts. 409 `two_factor_on`."""
    made = await auth.two_factors.enroll(who.person_id)
    return Enrollment(secret=made.secret, otpauth_uri=made.otpauth_uri, qr_svg=made.qr_svg)


@router.post("/v1/auth/2fa/confirm", responses=problems(409))
async def confirm(body: AuthenticatorCode, who: SignedIn, auth: Auth) -> RecoveryCodes:
    """On from now. 422 `invalid_code`; 409 `two_factor_on`, `two_factor_not_enrolled`."""
    return RecoveryCodes(recovery_codes=await auth.two_factors.confirm(who.person_id, body.code))


@router.post("/v1/auth/2fa/recovery-codes", responses=problems(409))
async def renew_recovery_codes(who: SignedIn, auth: Auth) -> RecoveryCodes:
    """New ones in place of the old. 403 `step_up_required`; 409 `two_factor_off`."""
    return RecoveryCodes(recovery_codes=await auth.two_factors.renew_recovery_codes(who.person_id, proof(who)))


@router.delete("/v1/auth/2fa", status_code=204, responses=problems(409))
async def remove(who: SignedIn, auth: Auth) -> None:
    """A walker without it is offered no walks. 403 `step_up_required`; 409 `two_factor_off`."""
    await auth.two_factors.remove(who.person_id, proof(who))
