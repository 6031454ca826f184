"""Stripe. `client` alone imports the library and turns its errors into ours; `gateway` keeps the port's promises."""

from __future__ import annotations

from dogwalk.adapters.stripe.gateway import StripePaymentGateway

__all__ = ["StripePaymentGateway"]
