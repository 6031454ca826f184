"""Secrets of one checkout, made once, kept in its state folder, readable by its owner only."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

import pyotp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from devstack.paths import private_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def development_secrets(state_dir: Path) -> dict[str, str]:
    """Settings → values. The file may be edited; what is missing in it is made."""
    file = state_dir / "secrets.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    complete = {name: known.get(name) or make() for name, make in MAKERS.items()}
    # the emulator pairs the two by their suffix, as one account's keys belong together
    complete["STRIPE_PUBLISHABLE_KEY"] = complete["STRIPE_API_KEY"].replace("sk_test_", "pk_test_")
    if complete != known:
        # with a database of one's own nothing else has made the folder yet
        write_private(private_dir(state_dir) / file.name, json.dumps(complete, indent=2))
    return complete


def write_private(file: Path, text: str) -> None:
    """Never readable by others, not even for the moment between creating and chmod."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(text)


def _signing_key() -> str:
    """P-256, as the tokens' ES256 wants it."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


MAKERS: Mapping[str, Callable[[], str]] = {
    "PAYLOAD_KEY_ENCRYPTION_KEYS": lambda: f"dev1:{secrets.token_urlsafe(32)}",
    "JWT_SIGNING_KEYS": _signing_key,
    "STRIPE_API_KEY": lambda: f"sk_test_{secrets.token_hex(12)}",
    "STRIPE_WEBHOOK_SECRETS": lambda: f"whsec_{secrets.token_urlsafe(24)}",
    "STRIPE_CONNECT_WEBHOOK_SECRETS": lambda: f"whsec_{secrets.token_urlsafe(24)}",
    "SMTP_PASSWORD": lambda: secrets.token_urlsafe(18),
    "AWS_ACCESS_KEY_ID": lambda: f"AKIA{secrets.token_hex(8).upper()}",
    "AWS_SECRET_ACCESS_KEY": lambda: secrets.token_urlsafe(30),
    "SEED_PASSWORD": lambda: f"walk-{secrets.token_hex(6)}",
    "SEED_AUTHENTICATOR": pyotp.random_base32,
}
