"""Access tokens: short-lived ES256 JWTs, verified without asking anybody.

They live on the wall clock, also where tests move the API's clock. A revoked session's tokens are named in Redis until
they have expired (dogwalk/adapters/revoked_sessions.py).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt

from dogwalk.domain.role import Role
from dogwalk.errors import Unauthenticated
from dogwalk.services.auth.signing_keys import signing_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dogwalk.config import Settings
    from dogwalk.services.auth.signing_keys import SigningKey

ALGORITHM = "ES256"
AUDIENCE = "dogwalk"
REQUIRED = ("iss", "aud", "sub", "sid", "roles", "acr", "auth_time", "iat", "exp")
LEEWAY_S = 5  # clocks of two machines
VERIFIED_KEPT = 10_000  # a signature costs a fifth of a millisecond, and a phone sends the same token for minutes
MAX_TOKEN_CHARACTERS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """`authenticated_at`: when a password or a second factor was last shown. `acr`: `pwd` or `mfa`."""

    person_id: UUID
    session_id: UUID
    roles: frozenset[Role]
    acr: str
    authenticated_at: datetime
    expires_at: datetime


class AccessTokens:
    def __init__(self, *, keys: list[SigningKey], issuer: str, ttl_s: int) -> None:
        self._signing = keys[0]
        self._public = {key.key_id: key.private.public_key() for key in keys}
        self._jwks = {"keys": [key.jwk for key in keys]}
        self._issuer = issuer
        self._ttl = timedelta(seconds=ttl_s)
        self._verified: OrderedDict[str, AccessClaims] = OrderedDict()
        self.ttl_s = ttl_s

    @classmethod
    def of(cls, settings: Settings) -> AccessTokens:
        return cls(keys=signing_keys(settings), issuer=settings.public_url, ttl_s=settings.access_token_ttl_s)

    def issue(
        self,
        *,
        person_id: UUID,
        session_id: UUID,
        roles: Iterable[Role],
        acr: str,
        authenticated_at: datetime,
        expires_at: datetime | None = None,
    ) -> str:
        """`expires_at`: no later than this, e.g. the end of the session."""
        now = datetime.now(UTC)
        ends_at = min(now + self._ttl, expires_at or now + self._ttl)
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": str(person_id),
            "sid": str(session_id),
            "roles": sorted(roles),
            "acr": acr,
            "auth_time": int(authenticated_at.timestamp()),
            "iat": now,
            "exp": ends_at,
        }
        return jwt.encode(claims, self._signing.private, algorithm=ALGORITHM, headers={"kid": self._signing.key_id})

    def verify(self, token: str) -> AccessClaims:
        """Raises Unauthenticated `token_expired`, or `token_invalid` for anything that is not ours, whole and unchanged."""
        known = self._verified.get(token)
        if known and datetime.now(UTC) < known.expires_at:
            return known
        try:
            return self._remember(token, _claims(self._decoded(token)))
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The access token has expired", code="token_expired") from error
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError) as error:
            raise Unauthenticated("The access token is not valid", code="token_invalid") from error

    def _remember(self, token: str, claims: AccessClaims) -> AccessClaims:
        self._verified[token] = claims
        if len(self._verified) > VERIFIED_KEPT:
            self._verified.popitem(last=False)
        return claims

    def jwks(self) -> dict[str, Any]:
        """The public keys, RFC 7517."""
        return self._jwks

    def _decoded(self, token: str) -> dict[str, Any]:
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise ValueError("longer than any token of ours")
        return jwt.decode(
            token,
            self._public[jwt.get_unverified_header(token)["kid"]],
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=self._issuer,
            leeway=LEEWAY_S,
            options={"require": list(REQUIRED)},
        )


def _claims(decoded: dict[str, Any]) -> AccessClaims:
    return AccessClaims(
        person_id=UUID(decoded["sub"]),
        session_id=UUID(decoded["sid"]),
        roles=frozenset(Role(name) for name in decoded["roles"]),
        acr=str(decoded["acr"]),
        authenticated_at=datetime.fromtimestamp(decoded["auth_time"], UTC),
        expires_at=datetime.fromtimestamp(decoded["exp"], UTC),
    )
