"""The service account that Dogwalk's push adapter signs with, and the check that it did. The key is made once a state
folder, never committed.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from devstack.development_secrets import write_private

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "dogwalk-dev"
CLIENT_EMAIL = f"push@{PROJECT}.iam.local.test"
SCOPES = frozenset(
    {
        "https://www.googleapis.com/auth/cloud-platform",
        "https://www.googleapis.com/auth/firebase.messaging",
    }
)
LEEWAY_S = 10
TOKEN_TTL_S = 3600


class Unauthenticated(Exception):
    """Why the bearer was refused."""


def service_account(*, private_key: str, base_url: str) -> str:
    """JSON as Google hands it out. Its universe keeps google-auth from asking Google for a token."""
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "standin",
        "private_key": private_key,
        "client_email": CLIENT_EMAIL,
        "client_id": "1",
        "token_uri": f"{base_url}/token",
        "universe_domain": "local.test",
    }
    return json.dumps(account)


def kept_private_key(file: Path) -> str:
    """The folder's own, made at the first start."""
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(file, pem.decode())
    return file.read_text()


class Bearers:
    """Who may send: a JWT signed by the account's key with a scope that covers messaging, or a token given for one."""

    def __init__(self, *, private_key: str, base_url: str) -> None:
        loaded = serialization.load_pem_private_key(private_key.encode(), password=None)
        if not isinstance(loaded, rsa.RSAPrivateKey):
            raise TypeError("a service account signs with RSA")
        self._public_key = loaded.public_key()
        self._audience = f"{base_url}/token"
        self._given: set[str] = set()

    def check(self, authorization: str | None) -> None:
        """Raises Unauthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("no bearer token")
        if token not in self._given:
            self._check_scope(self._claims(token))

    def exchange(self, assertion: str) -> dict[str, Any]:
        """OAuth 2 JWT bearer grant (RFC 7523): what the token endpoint answers. Raises Unauthenticated."""
        claims = self._claims(assertion, audience=self._audience)
        self._check_scope(claims)
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._given.add(token)
        return {"access_token": token, "expires_in": TOKEN_TTL_S, "token_type": "Bearer"}

    def _claims(self, token: str, *, audience: str | None = None) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._public_key,
                algorithms=["RS256"],
                audience=audience,
                issuer=CLIENT_EMAIL,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "scope"], "verify_aud": audience is not None},
            )
        except jwt.PyJWTError as error:
            raise Unauthenticated(type(error).__name__) from error
        return claims

    @staticmethod
    def _check_scope(claims: dict[str, Any]) -> None:
        if not SCOPES & set(str(claims["scope"]).split()):
            raise Unauthenticated("the token's scope does not cover messaging")
