"""What routes take: the process's resources, and exactly one policy that says who may call.

`SignedIn`, `OwnerOnly`, `WalkerOnly`, `SupportOnly` are parameters and give the Principal; `dependencies=[public]` says
that anybody may. A test fails for a route with none, or with two.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.named_ids import name_ids
from api.rate_limit import count, count_call, limit_of
from dogwalk.adapters.rate_limits import Barred
from dogwalk.bootstrap import Resources
from dogwalk.domain.role import Role
from dogwalk.errors import Forbidden, Unauthenticated
from dogwalk.services.auth.tokens import AccessClaims


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking, by her access token. `authenticated_at`, `acr`: when and how she last proved it."""

    person_id: UUID
    roles: frozenset[Role]
    session_id: UUID
    authenticated_at: datetime
    acr: str
    expires_at: datetime

    def seconds_left(self) -> float:
        """Until the access token ends. Tokens live on the wall clock, whatever the API's own says."""
        return (self.expires_at - datetime.now(UTC)).total_seconds()


async def _resources(request: Request) -> Resources:
    resources: Resources = request.app.state.resources
    return resources


Res = Annotated[Resources, Depends(_resources)]

bearer = HTTPBearer(
    bearerFormat="JWT",
    scheme_name="accessToken",
    description="From log-in; `POST /v1/auth/refresh` renews it",
    auto_error=False,
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def principal(request: Request, res: Res, credentials: Credentials) -> Principal:
    """Unauthenticated `unauthenticated`, `token_expired`, `token_invalid` or `session_revoked`; TooManyRequests past the
    limit of the route's class.
    """
    name_ids(request.path_params)
    if credentials is None:
        raise Unauthenticated("Send an access token: Authorization: Bearer …")
    who = await _counted(request, res, res.access_tokens.verify(credentials.credentials))
    request.state.principal = who
    return who


async def _counted(request: Request, res: Resources, claims: AccessClaims) -> Principal:
    """`known`, and the call is counted, in one round trip to Redis. An ended session's call counts for nobody."""
    limit, who = limit_of(request), _named(claims)
    if limit is None:
        return await known(res, claims)
    barred_by = res.revoked_sessions.key_of(claims.session_id)
    try:
        is_counted = await count(request.scope, res, limit=limit, who=str(who.person_id), unless=barred_by)
    except Barred as error:
        raise _ended() from error
    return who if is_counted else await known(res, claims)


async def known(res: Resources, claims: AccessClaims) -> Principal:
    """Whose claims these are, unless their session has been ended: Unauthenticated `session_revoked`."""
    if await res.revoked_sessions.holds(claims.session_id):
        raise _ended()
    return _named(claims)


def _ended() -> Unauthenticated:
    return Unauthenticated("This session has been ended", code="session_revoked")


def _named(claims: AccessClaims) -> Principal:
    structlog.contextvars.bind_contextvars(person_id=str(claims.person_id))
    return Principal(
        person_id=claims.person_id,
        roles=claims.roles,
        session_id=claims.session_id,
        authenticated_at=claims.authenticated_at,
        acr=claims.acr,
        expires_at=claims.expires_at,
    )


def _only(*roles: Role) -> Callable[..., Awaitable[Principal]]:
    """A policy: one of these roles; with none named, anybody signed in."""

    async def policy(who: Annotated[Principal, Depends(principal)]) -> Principal:
        if roles and not who.roles.intersection(roles):
            raise Forbidden("Your account has not the role for this", code="wrong_role", roles=sorted(roles))
        return who

    return policy


async def anyone(request: Request, res: Res) -> None:
    """The policy of what needs no token."""
    await count_call(request, res, who=None)


signed_in = _only()
owner_only = _only(Role.OWNER)
walker_only = _only(Role.WALKER)
support_only = _only(Role.SUPPORT, Role.ADMIN)
POLICIES = frozenset({anyone, signed_in, owner_only, walker_only, support_only})

public = Depends(anyone)
SignedIn = Annotated[Principal, Depends(signed_in)]
OwnerOnly = Annotated[Principal, Depends(owner_only)]
WalkerOnly = Annotated[Principal, Depends(walker_only)]
SupportOnly = Annotated[Principal, Depends(support_only)]
