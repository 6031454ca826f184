"""Typed reading of a request's parameters. Raises Stripe's validation errors, which are never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devstack.stripe.errors import invalid, missing, unknown

if TYPE_CHECKING:
    from devstack.stripe.wire import Json

ALWAYS_ALLOWED = frozenset({"expand", "include"})
PAGING = ("limit", "starting_after", "ending_before", "created")


class Params:
    def __init__(self, raw: Json) -> None:
        self.raw = raw

    def only(self, *names: str) -> None:
        """Stripe refuses what it does not know: so does the emulator, or a misspelt parameter would pass here."""
        for name in self.raw:
            if name not in ALWAYS_ALLOWED and name not in names:
                raise unknown(name)

    def has(self, name: str) -> bool:
        return name in self.raw

    def text(self, name: str) -> str | None:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(f"Invalid string: {value}", param=name)
        return value or None

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise missing(name)
        return value

    def integer(self, name: str) -> int | None:
        value = self.raw.get(name)
        if value is None:
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise invalid(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer") from None

    def positive(self, name: str) -> int | None:
        value = self.integer(name)
        if value is not None and value < 1:
            message = f"This value must be greater than or equal to 1. (Passed: {value})"
            raise invalid(message, param=name, code="parameter_invalid_integer")
        return value

    def required_positive(self, name: str) -> int:
        value = self.positive(name)
        if value is None:
            raise missing(name)
        return value

    def flag(self, name: str) -> bool:
        value = self.raw.get(name, False)
        if value in (True, "true"):
            return True
        if value in (False, "false", ""):
            return False
        raise invalid(f"Invalid boolean: {value}", param=name)

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            raise invalid(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)
        return value or default

    def mapping(self, name: str) -> Json:
        value = self.raw.get(name)
        if value in (None, ""):
            return {}
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=name)
        return value

    def items(self, name: str) -> list[Any]:
        value = self.raw.get(name)
        if value in (None, ""):
            return []
        return value if isinstance(value, list) else [value]

    def metadata(self, current: dict[str, str] | None = None) -> dict[str, str]:
        """Merged into what is there; an empty value removes its key."""
        merged = (current or {}) | {key: str(value) for key, value in self.mapping("metadata").items()}
        return {key: value for key, value in merged.items() if value != ""}
