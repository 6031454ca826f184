"""What a person may be. One person may hold several."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    WALKER = "walker"
    SUPPORT = "support"
    ADMIN = "admin"
