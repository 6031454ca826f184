"""One call as a resource sees it, and the table row that names who answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devstack.stripe.errors import StripeFault
from devstack.stripe.merchant import Merchant
from devstack.stripe.params import Params
from devstack.stripe.wire import Json


@dataclass(frozen=True, slots=True)
class Call:
    """`account` is the connected account of the `Stripe-Account` header; `is_public`: made with a publishable key."""

    merchant: Merchant
    params: Params
    path: dict[str, str]
    url: str
    base_url: str
    is_public: bool
    account: str | None

    @property
    def id(self) -> str:
        return self.path["id"]

    def client_object(self, kind: str) -> Json:
        """The object in the path; a phone must know its client secret, and learns nothing without it."""
        obj = self.merchant.get(kind, self.id)
        if self.is_public and self.params.text("client_secret") != obj["client_secret"]:
            raise StripeFault(
                f"No such {kind}: '{self.id}'", status=404, code="resource_missing", param="client_secret"
            )
        return obj


Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Operation:
    """`is_public`: a publishable key may call it."""

    method: str
    route: str
    handler: Handler
    is_public: bool = False
