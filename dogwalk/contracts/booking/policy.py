"""The market's policy as a booking's request carries it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from dogwalk.domain.policy import MarketPolicy

KEPT = 500
_kept: dict[str, MarketPolicy] = {}


def _shared(policy: MarketPolicy) -> MarketPolicy:
    """The same object for all that say the same: a worker holds a thousand bookings of a handful of policies, each 18 KiB.
    They are frozen, so nobody sees another's change.
    """
    if len(_kept) >= KEPT:
        _kept.clear()
    return _kept.setdefault(policy.model_dump_json(), policy)


FrozenPolicy = Annotated[MarketPolicy, AfterValidator(_shared)]
