"""Taking back from a walker what she has been sent: at once if her account has it, else from her next pay."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payout as payouts
from dogwalk.domain import ledger
from dogwalk.errors import PaymentError

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.payment import Payout
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway

logger = logging.getLogger(__name__)


class Reversals:
    """What is to be taken back stands as `amount_receivable` in the payout it was sent with."""

    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def take_back(self, payout: Payout, amount: int, *, key: str, at: datetime) -> int:
        """All of it, or 0: then it stays receivable. A repeat under the same key takes nothing twice."""
        transfer_id = payout.transfer_id or payout.platform_transfer_id
        if transfer_id is None or not amount:
            return 0
        try:
            receipt = await self._gateway.reverse(transfer_id=transfer_id, amount=amount, key=key)
        except PaymentError as error:
            if error.retryable:
                raise
            logger.warning("a walker's pay could not be taken back now: %s", error.code)
            return 0
        async with self._database.transaction() as session:
            is_new = await ledger_rows.post(
                session,
                ledger.Journal(
                    key=key,
                    booking_id=payout.booking_id,
                    kind="reversal",
                    at=at,
                    currency=payout.currency,
                    postings=ledger.reversal(amount=receipt.amount),
                    reference=receipt.reversal_id,
                ),
            )
            if is_new:
                await payouts.taken_back(session, payout.id, receipt.amount)
        return receipt.amount

    async def net(self, walker_id: UUID, currency: str, *, up_to: int, key: str, at: datetime) -> int:
        """Out of what she was sent just now (`up_to`): older ones first. How much came back."""
        async with self._database.transaction() as session:
            owed = await payouts.receivable_of(session, walker_id, currency)
        netted = 0
        for payout in owed:
            amount = min(payout.amount_receivable, up_to - netted)
            netted += await self.take_back(payout, amount, key=f"{key}:netted:{payout.id}", at=at)
        return netted
