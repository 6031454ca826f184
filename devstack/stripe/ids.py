from __future__ import annotations

import secrets


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def new_client_secret(object_id: str) -> str:
    return f"{object_id}_secret_{secrets.token_hex(12)}"
