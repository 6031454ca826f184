"""The receipt over HTTP."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.schemas.base import Schema
from api.schemas.booking import PriceLine
from api.schemas.money import Money


class LedgerLine(Schema):
    """One posting: debit positive, credit negative, minor units. The lines of one `journal` sum to zero."""

    at: datetime
    journal: str
    account: str
    amount: int


class ReceiptView(Schema):
    booking_id: UUID
    service: str
    starts_at: datetime
    outcome: str | None
    lines: list[PriceLine]
    total: Money
    captured: Money
    refunded: Money
    owed: Money
    transferred: Money
    platform_fee: Money
    balanced: bool
    ledger: list[LedgerLine]
