"""Codes and tokens a person is given: made here, kept as hashes only, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.ports import KeyVault

TOKEN_BYTES = 32
RECOVERY_CODE_BYTES = 10  # 80 bits: too many to try, so a plain hash will do
RECOVERY_CODE_GROUP = 4


def new_code() -> str:
    """Six digits, for a short while and a few tries."""
    return f"{secrets.randbelow(10**6):06d}"


def new_token() -> str:
    """256 bits: its plain hash gives nothing away."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_recovery_code() -> str:
    """`abcd-efgh-ijkl-mnop`, in base32: no 0, 1, 8 or 9 to misread."""
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode().lower()
    return "-".join(letters[n : n + RECOVERY_CODE_GROUP] for n in range(0, len(letters), RECOVERY_CODE_GROUP))


def normal_recovery_code(typed: str) -> str:
    """As it was made, however it was typed."""
    return "".join(letter for letter in typed.lower() if letter.isalnum())


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def hash_code(vault: KeyVault, challenge_id: UUID, code: str) -> str:
    """Under the vault's key: a million hashes of six digits are made in a second by who has read the table."""
    return vault.macs("challenge", challenge_id.bytes + code.encode())[0].hex()


def is_code(vault: KeyVault, challenge_id: UUID, code: str, hashed: str | None) -> bool:
    proofs = vault.macs("challenge", challenge_id.bytes + code.encode())
    return any(hmac.compare_digest(proof.hex(), hashed or "") for proof in proofs)


def successor_tokens(vault: KeyVault, token: str, successor_id: UUID) -> list[str]:
    """The refresh token that follows `token`: made from it, so that a repeated request gets the same answer though only
    hashes are stored. The current key's first.
    """
    made = vault.macs("refresh", successor_id.bytes + token.encode())
    return [base64.urlsafe_b64encode(mac).decode().rstrip("=") for mac in made]
