"""Envelope encryption: data keys and small secrets under key-encryption keys from the settings, AES-256-GCM."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class SettingsKeyVault:
    """`keys` is `id:secret,id:secret`; the first wraps, all unwrap: rotation adds one in front and re-wraps."""

    def __init__(self, *, keys: str) -> None:
        pairs = [item.strip().partition(":") for item in keys.split(",") if item.strip()]
        self._mac_keys = [hashlib.sha256(b"mac:" + secret.encode()).digest() for _, _, secret in pairs]
        self._ciphers = {key_id: AESGCM(hashlib.sha256(secret.encode()).digest()) for key_id, _, secret in pairs}
        self._current = pairs[0][0]

    def wrap(self, data_key: bytes) -> tuple[str, bytes]:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, data_key, self._current.encode())
        return self._current, nonce + sealed

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        """Raises KeyError for an unknown key id and cryptography's InvalidTag for a changed or foreign ciphertext."""
        return self._ciphers[key_id].decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.encode())

    @property
    def old_key_ids(self) -> list[str]:
        return [key_id for key_id in self._ciphers if key_id != self._current]

    def macs(self, purpose: str, data: bytes) -> list[bytes]:
        """Keyed hashes of what is too short to be hashed in the open, 32 bytes each: the current key's first, then those
        of the keys before it, which still prove what was made under them.
        """
        message = purpose.encode() + b"\0" + data
        return [hmac.digest(key, message, "sha256") for key in self._mac_keys]
