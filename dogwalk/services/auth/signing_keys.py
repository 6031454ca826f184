"""The keys access tokens are signed with: EC P-256, newest first. The first signs, all verify: rotation adds one in
front and drops the last once its tokens have expired.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import ECAlgorithm

from dogwalk.config import ConfigurationError

if TYPE_CHECKING:
    from dogwalk.config import Settings

PEM = re.compile(r"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)
CURVE = ec.SECP256R1()
THUMBPRINT_MEMBERS = ("crv", "kty", "x", "y")  # RFC 7638, in its order


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    key_id: str
    private: ec.EllipticCurvePrivateKey
    jwk: dict[str, Any]


def signing_keys(settings: Settings) -> list[SigningKey]:
    """Raises ConfigurationError for what is no P-256 key. Outside production any other text is stretched to a key, so
    that several processes agree on it without a file between them.
    """
    text = settings.jwt_signing_keys.get_secret_value()
    blocks = PEM.findall(text.replace("\\n", "\n"))  # one line, as environment files want it
    if blocks:
        return [_key(_loaded(block)) for block in blocks]
    if settings.is_production:
        raise ConfigurationError("JWT_SIGNING_KEYS holds no PEM key")
    number = int.from_bytes(hashlib.sha512(text.encode()).digest())
    return [_key(ec.derive_private_key(number % (CURVE.group_order - 1) + 1, CURVE))]


def _loaded(block: str) -> ec.EllipticCurvePrivateKey:
    try:
        private = load_pem_private_key(block.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ConfigurationError("JWT_SIGNING_KEYS holds a block that is no private key") from error
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != CURVE.name:
        raise ConfigurationError("JWT_SIGNING_KEYS holds a key that is not EC P-256")
    return private


def _key(private: ec.EllipticCurvePrivateKey) -> SigningKey:
    jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    canonical = json.dumps({name: jwk[name] for name in THUMBPRINT_MEMBERS}, separators=(",", ":"))
    key_id = urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")
    return SigningKey(key_id=key_id, private=private, jwk={**jwk, "kid": key_id, "use": "sig", "alg": "ES256"})
