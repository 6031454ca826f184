"""What a person does not want to be told, and when she does not want to be rung. Critical kinds are always told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from dogwalk.domain.notification import CATALOGUE, Channel
from dogwalk.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dogwalk.domain.notification import MessageKind

RINGING = frozenset({Channel.PUSH, Channel.SMS})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Wall time where the person is, half-open; `from_time` after `to_time` goes over midnight."""

    from_time: time
    to_time: time

    def hold(self, local: time) -> bool:
        if self.from_time <= self.to_time:
            return self.from_time <= local < self.to_time
        return local >= self.from_time or local < self.to_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Everything is on unless it is in `switched_off`, as (kind, channel)."""

    switched_off: frozenset[tuple[str, str]] = frozenset()
    quiet_hours: QuietHours | None = None

    def mute(self, kind: MessageKind, channel: str, *, local: datetime) -> bool:
        """Whether this is not sent. In quiet hours nothing rings, mail goes out as ever; what is muted is found in the
        app's inbox.
        """
        if kind.critical:
            return False
        is_quiet = channel in RINGING and self.quiet_hours is not None and self.quiet_hours.hold(local.time())
        return is_quiet or (kind.name, channel) in self.switched_off


EVERYTHING_ON = Preferences()


def choosable() -> Sequence[MessageKind]:
    """In the order of the catalogue: what people find in their inbox."""
    return [kind for kind in CATALOGUE.values() if kind.inbox]


def check(switched_off: Iterable[tuple[str, str]], *, pointer: str) -> None:
    """Raises InvalidInput `unknown_kind`, `unknown_channel`, `critical_kind`."""
    for name, channel in switched_off:
        kind = CATALOGUE.get(name)
        if kind is None:
            raise InvalidInput("There is no such kind of message", code="unknown_kind", pointer=pointer)
        if channel not in kind.every_channel:
            raise InvalidInput("This kind does not take this channel", code="unknown_channel", pointer=pointer)
        if kind.critical:
            raise InvalidInput(f"{name} cannot be switched off", code="critical_kind", pointer=pointer)
