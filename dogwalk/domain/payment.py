"""What a payment is for. Each kind of a booking's payments counts from 1."""

from __future__ import annotations

from enum import StrEnum


class PaymentKind(StrEnum):
    """A service's hold; a tip; what a service cost that no hold could pay any more."""

    SERVICE = "service"
    TIP = "tip"
    DEBT = "debt"
