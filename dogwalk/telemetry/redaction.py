"""What must never stand in a log: taken out by the name of a field and by the look of a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

REDACTED = "[redacted]"
MAX_DEPTH = 6

# Words of a name: `access_code`, `homeAddress` and `x-api-key` hold one each.
SECRET_WORDS = frozenset(
    {
        "password", "passphrase", "secret", "secrets", "token", "tokens", "code", "codes", "otp", "authorization",
        "cookie", "credential", "credentials", "signature", "signatures", "pem", "jwt", "access", "address", "street",
        "lat", "lon", "latitude", "longitude", "position", "positions", "point", "polyline", "phone", "email", "mail",
        "recipient", "body", "payload", "microchip", "key", "keys", "dsn",
    }
)  # fmt: skip
# Names that hold one of the words and no secret.
HARMLESS = frozenset({"problem_code", "status_code", "error_code", "exit_code", "decline_code", "key_id", "token_type"})
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

PATTERNS = (
    re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"),  # a JWT
    re.compile(r"(?:Bearer|Basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE),
    re.compile(r"\b(?:sk|rk|pk)_(?:test|live)_\w+"),  # Stripe keys
    re.compile(r"\b\w+_secret_\w+"),  # Stripe client secrets
    re.compile(r"\bwhsec_\w+"),
    re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", re.DOTALL),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # a mail address
    re.compile(r"(?<![\w.+-])\+\d{7,15}\b"),  # a phone number, E.164
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),  # a password in an address
    re.compile(r"(?<=[?&])(?:signature|X-Amz-[A-Za-z-]+)=[^&\s\"'<>]+"),  # of a signed address
    re.compile(r"(?<=[?&])(?:ticket|token|code|state)=[^&\s\"'<>]+"),  # uvicorn says the whole address of a socket
    re.compile(r"(?<![\d.])-?\d{1,3}\.\d{4,}\s*[,;]\s*-?\d{1,3}\.\d{4,}"),  # a position
)
# Each pattern needs another character than these. Most of what is logged is an id or a word.
PLAIN = re.compile(r"[A-Za-z0-9{}/-]*")


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The structlog processor. The event's own name is a constant of ours and is kept."""
    return {name: redacted(name, value) for name, value in event.items()}


def redacted(name: str, value: Any, *, depth: int = 0) -> Any:
    if is_secret_name(name) and value is not None and not isinstance(value, bool):
        return REDACTED
    if isinstance(value, str):
        return redacted_text(value)
    if depth >= MAX_DEPTH:
        return REDACTED
    if isinstance(value, Mapping):
        return {key: redacted(str(key), item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted("", item, depth=depth + 1) for item in value]
    return value


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    if name in HARMLESS:
        return False
    return not SECRET_WORDS.isdisjoint(word.lower() for word in WORDS.findall(name))


def redacted_text(text: str) -> str:
    if PLAIN.fullmatch(text):
        return text
    for pattern in PATTERNS:
        text = pattern.sub(REDACTED, text)
    return text
