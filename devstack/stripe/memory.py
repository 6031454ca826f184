"""What `make up` remembers of Stripe over a restart: accounts live in memory, and a file keeps them meanwhile.

Saved cards, holds and keys stay good. Webhook endpoints do not stay: whoever starts us registers its own again.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from devstack.stripe.merchant import Merchant
    from devstack.stripe.registry import Registry

KEPT = ("clock", "idempotency", "objects", "kinds", "holds", "challenges", "onboarding")
ENDPOINT = "webhook_endpoint"


def save(registry: Registry, file: Path) -> None:
    """Whole or not at all, readable by us only: card secrets and keys are in it."""
    making = file.with_name(f"{file.name}.new")
    making.unlink(missing_ok=True)
    kept = {merchant.suffix: _kept(merchant) for merchant in registry.merchants()}
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        pickle.dump(kept, target)
    making.replace(file)


def load(registry: Registry, file: Path) -> None:
    """Our own file, in our own private folder. One of another version is left aside: an empty account then."""
    with contextlib.suppress(FileNotFoundError, AttributeError, EOFError, ImportError, pickle.UnpicklingError):
        kept: dict[str, dict[str, Any]] = pickle.loads(file.read_bytes())  # noqa: S301 see above
        for suffix, state in kept.items():
            _restore(registry.open(suffix), state)


def _kept(merchant: Merchant) -> dict[str, Any]:
    return {name: getattr(merchant, name) for name in KEPT}


def _restore(merchant: Merchant, state: dict[str, Any]) -> None:
    for name in KEPT:
        setattr(merchant, name, state[name])
    for endpoint_id in merchant.kinds.pop(ENDPOINT, {}):
        merchant.objects.pop(endpoint_id, None)
