"""All that one secret key sees: objects, clock, remembered keys, faults, webhooks. `pk_test_X` goes with `sk_test_X`."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from devstack.stripe.clock import Clock
from devstack.stripe.errors import no_such
from devstack.stripe.faults import Faults
from devstack.stripe.idempotency import IdempotencyKeys
from devstack.stripe.ids import new_id
from devstack.stripe.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from devstack.stripe.webhooks import Webhooks
    from devstack.stripe.wire import Json

API_VERSION = "2026-10-28.endive"
_LABELS = {"payment_method": "PaymentMethod"}


class Merchant:
    def __init__(self, *, suffix: str, webhooks: Webhooks) -> None:
        self.suffix = suffix
        self.clock = Clock()
        self.idempotency = IdempotencyKeys(clock=self.clock)
        self.faults = Faults()
        self.requests = RequestLog()
        self.webhooks = webhooks
        self.objects: dict[str, Json] = {}
        self.kinds: dict[str, dict[str, Json]] = defaultdict(dict)
        self.holds: list[tuple[int, str]] = []  # heap of (capture_before, payment intent)
        self.challenges: dict[str, str] = {}  # 3-D Secure source → intent
        self.onboarding: dict[str, Json] = {}  # token of an account link → what it was made for

    @property
    def publishable_key(self) -> str:
        return f"pk_test_{self.suffix}"

    def add(self, kind: str, obj: Json) -> Json:
        self.objects[obj["id"]] = self.kinds[kind][obj["id"]] = obj
        return obj

    def get(self, kind: str, object_id: str, *, param: str | None = None) -> Json:
        """Raises `resource_missing`: 404, or 400 when `param` named it."""
        obj = self.kinds[kind].get(object_id)
        if obj is None:
            raise no_such(_LABELS.get(kind, kind), object_id, param=param)
        return obj

    def find(self, object_id: str | None) -> Json | None:
        return self.objects.get(object_id) if object_id else None

    def all(self, kind: str, where: Callable[[Json], bool] = lambda _: True) -> list[Json]:
        """Newest first."""
        return [obj for obj in reversed(self.kinds[kind].values()) if where(obj)]

    def emit(self, event_type: str, obj: Json, *, account: str | None = None) -> None:
        """Records a snapshot event and hands it to the endpoints that want it."""
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.clock.now(),
            "data": {"object": visible(obj)},
            "livemode": False,
            "pending_webhooks": self.webhooks.count(event_type, account=account),
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
        }
        if account:
            event["account"] = account
        self.add("event", event)
        self.webhooks.announce(event)


def visible(obj: Any) -> Any:
    """A copy without the emulator's own keys."""
    if isinstance(obj, dict):
        return {key: visible(value) for key, value in obj.items() if not key.startswith("_")}
    if isinstance(obj, list):
        return [visible(item) for item in obj]
    return copy.copy(obj)
