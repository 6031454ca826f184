"""What the demo cannot do without, said before its story begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devstack.receivers import REPLACED_BY

if TYPE_CHECKING:
    from collections.abc import Mapping

WITH_CODES = frozenset({"mail", "sms"})


class CannotPlay(RuntimeError):
    """Something of one's own stands where the demo needs the stack's, or an empty one."""


def refuse_unreadable(outside: Mapping[str, str]) -> None:
    """Its people prove mail and phone by the codes in the inbox: those must come there."""
    elsewhere = [name for name, channel in REPLACED_BY.items() if channel in WITH_CODES and outside.get(name)]
    if elsewhere:
        raise CannotPlay(f"the demo's people read their codes in the inbox: unset {' and '.join(elsewhere)}")
