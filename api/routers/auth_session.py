"""Logging in, staying so, and logging out."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.deps import Principal, SignedIn, public
from api.errors import problems
from api.pagination import PageQuery
from api.schemas.auth import (
    Credentials,
    Refresh,
    SecondFactorGiven,
    SecondFactorRequired,
    SessionView,
    SteppedUp,
    StepUp,
    Tokens,
)
from api.schemas.base import Page
from api.sign_in import Auth, UserAgent, tokens
from dogwalk.db.models.person import LoginSession
from dogwalk.services.auth.login import SecondFactorNeeded

router = APIRouter(tags=["auth"])


@router.post("/v1/auth/login", responses=problems(401, 403), dependencies=[public])
async def log_in(body: Credentials, auth: Auth, user_agent: UserAgent) -> Tokens | SecondFactorRequired:
    """401 `invalid_credentials` for every failure. With a second factor on, its code is asked for next."""
    answer = await auth.login.log_in(body.email, body.password, user_agent=user_agent)
    if isinstance(answer, SecondFactorNeeded):
        return SecondFactorRequired(challenge=answer.challenge_id)
    return tokens(answer)


@router.post("/v1/auth/login/2fa", responses=problems(401, 403), dependencies=[public])
async def finish_log_in(body: SecondFactorGiven, auth: Auth, user_agent: UserAgent) -> Tokens:
    """401 `invalid_code`: wrong, used before, or too late."""
    return tokens(await auth.login.finish(body.challenge, body.code, user_agent=user_agent))


@router.post("/v1/auth/refresh", responses=problems(401), dependencies=[public])
async def refresh(body: Refresh, auth: Auth) -> Tokens:
    """A new pair; the token given is used up. The last one used may come again within a minute, until its successor is
    used: then the answer was lost, and is given again. Any other reuse ends the session.
    """
    return tokens(await auth.sessions.refresh(body.refresh_token))


@router.post("/v1/auth/step-up")
async def step_up(body: StepUp, who: SignedIn, auth: Auth) -> SteppedUp:
    """An access token for what answers 403 `step_up_required`. 422 `password_required`, `code_required`,
    `invalid_credentials`.
    """
    token, expires_in = await auth.login.step_up(who.person_id, who.session_id, password=body.password, code=body.code)
    return SteppedUp(access_token=token, expires_in=expires_in)


@router.post("/v1/auth/logout", status_code=204)
async def log_out(who: SignedIn, auth: Auth) -> None:
    """The session's tokens are no good any more, and this device gets no more pushes."""
    await auth.sessions.log_out(who.person_id, who.session_id)


@router.get("/v1/auth/sessions")
async def list_sessions(who: SignedIn, auth: Auth, page: PageQuery) -> Page[SessionView]:
    """Where I am logged in, newest first."""
    found = await auth.sessions.page(who.person_id, after=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda row: (row.created_at, row.id), render=lambda row: _view(row, who))


@router.delete("/v1/auth/sessions/{session_id}", status_code=204, responses=problems(404))
async def end_session(session_id: UUID, who: SignedIn, auth: Auth) -> None:
    """A device I no longer have."""
    await auth.sessions.end(who.person_id, session_id, reason="ended_by_owner")


def _view(row: LoginSession, who: Principal) -> SessionView:
    return SessionView(
        id=row.id,
        user_agent=row.user_agent,
        is_current=row.id == who.session_id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
    )
