from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dogwalk.config import ConfigurationError, Settings
from dogwalk.domain.role import Role
from dogwalk.errors import Unauthenticated
from dogwalk.services.auth.signing_keys import signing_keys
from dogwalk.services.auth.tokens import AccessTokens


def pem(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> str:
    key = private or ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def tokens(**settings: Any) -> AccessTokens:
    return AccessTokens.of(Settings(**settings))


def issue(by: AccessTokens, **changed: Any) -> str:
    given = {
        "person_id": uuid4(),
        "session_id": uuid4(),
        "roles": [Role.OWNER],
        "acr": "pwd",
        "authenticated_at": datetime.now(UTC),
        **changed,
    }
    return by.issue(**given)


def test_what_is_issued_is_verified() -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    person_id, session_id = uuid4(), uuid4()
    token = issue(
        tokens(),
        person_id=person_id,
        session_id=session_id,
        roles=[Role.WALKER, Role.OWNER],
        acr="mfa",
        authenticated_at=at,
    )
    claims = tokens().verify(token)  # another process, the same settings
    assert (claims.person_id, claims.session_id, claims.acr) == (person_id, session_id, "mfa")
    assert claims.roles == {Role.OWNER, Role.WALKER}
    assert claims.authenticated_at == at
    assert timedelta(seconds=890) < claims.expires_at - at <= timedelta(seconds=901)


def test_a_token_ends_no_later_than_its_session() -> None:
    ends_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=30)
    assert tokens().verify(issue(tokens(), expires_at=ends_at)).expires_at == ends_at


def test_an_expired_token_says_so() -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens().verify(issue(tokens(access_token_ttl_s=-60)))
    assert refused.value.code == "token_expired"


def test_one_verified_before_ends_when_it_ends() -> None:
    verifier, ends_at = tokens(), datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=30)
    token = issue(tokens(), expires_at=ends_at)
    assert verifier.verify(token) is verifier.verify(token)
    with time_machine.travel(ends_at + timedelta(seconds=6), tick=False), pytest.raises(Unauthenticated) as refused:
        verifier.verify(token)
    assert refused.value.code == "token_expired"


def test_no_more_verified_tokens_are_kept_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dogwalk.services.auth.tokens.VERIFIED_KEPT", 2)
    verifier = tokens()
    issued = [issue(tokens()) for _ in range(3)]
    first = [verifier.verify(token) for token in issued]
    assert verifier.verify(issued[2]) is first[2]
    assert verifier.verify(issued[0]) == first[0]
    assert verifier.verify(issued[0]) is not first[0]


def test_keys_rotate_without_logging_anybody_out() -> None:
    old, new = pem(), pem()
    before, during, after = (tokens(jwt_signing_keys=keys) for keys in (old, new + old, new))
    issued_before, issued_during = issue(before), issue(during)
    assert during.verify(issued_before)
    assert after.verify(issued_during)
    with pytest.raises(Unauthenticated):
        after.verify(issued_before)


@pytest.mark.parametrize("where", ["another key", "another issuer", "a cut", "no kid", "text", "empty", "long"])
def test_what_is_not_ours_is_refused(where: str) -> None:
    given = {
        "another key": issue(tokens(jwt_signing_keys=pem())),
        "another issuer": issue(tokens(public_url="https://elsewhere.test")),
        "a cut": issue(tokens())[:-4],
        "no kid": jwt.encode({"sub": "x"}, "k" * 32, algorithm="HS256"),
        "text": "not a token",
        "empty": "",
        "long": "e" * 5000,
    }[where]
    with pytest.raises(Unauthenticated) as refused:
        tokens().verify(given)
    assert refused.value.code == "token_invalid"


@pytest.mark.parametrize(
    "change",
    [{"sub": "ada"}, {"roles": ["king"]}, {"aud": "other"}, {"auth_time": "now"}, {"sid": None}, {"exp": 1e300}],
)
def test_claims_of_another_shape_are_refused_even_if_signed(change: dict[str, Any]) -> None:
    (key,) = signing_keys(Settings())
    claims = jwt.decode(issue(tokens()), options={"verify_signature": False}) | change
    forged = jwt.encode(claims, key.private, algorithm="ES256", headers={"kid": key.key_id})
    with pytest.raises(Unauthenticated):
        tokens().verify(forged)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_weaker_algorithm_is_no_way_in(algorithm: str) -> None:
    (key,) = signing_keys(Settings())
    claims = jwt.decode(issue(tokens()), options={"verify_signature": False})
    secret = None if algorithm == "none" else str(key.jwk["x"])
    forged = jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": key.key_id})
    with pytest.raises(Unauthenticated):
        tokens().verify(forged)


@pytest.mark.parametrize(
    "keys",
    [
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        pem(rsa.generate_private_key(65537, 2048)),
        pem(ec.generate_private_key(ec.SECP384R1())),
    ],
    ids=["broken", "rsa", "p384"],
)
def test_a_key_of_another_kind_stops_the_start(keys: str) -> None:
    with pytest.raises(ConfigurationError):
        tokens(jwt_signing_keys=keys)


def test_a_key_on_one_line_is_read_as_environment_files_write_it() -> None:
    assert tokens(jwt_signing_keys=pem().replace("\n", "\\n")).jwks()["keys"][0]["crv"] == "P-256"
