"""Whom to write to, as the API's document and security.txt say it."""

from __future__ import annotations

TECHNICAL_MAIL = "api@dogwalk.test"
SECURITY_MAIL = "security@dogwalk.test"
EMERGENCY_MAIL = "emergency@dogwalk.test"
