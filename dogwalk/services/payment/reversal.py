"""Taking back from a walker what she has been sent: at once if her account has it, else from her next pay."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payout as payouts
from dogwalk.domain import ledger
from dogwalk.errors import PaymentError
from dogwalk.services.payment.keys import step_key

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from dogwalk.db.models.payment import Payout
    from dogwalk.db.session import Database
    from dogwalk.ports import PaymentGateway, ReversalReceipt

logger = logging.getLogger(__name__)

HOUR_S = 3600  # two at once share a try; a refusal, which Stripe repeats for a day, is not asked for twice


class Reversals:
    """What is to be taken back stands as `amount_receivable` in the payout it was sent with. Several may be at it at once:
    what each takes begins where the last one ended, and has its key from there.
    """

    def __init__(self, *, database: Database, gateway: PaymentGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def take_back(self, payout_id: UUID, amount: int, *, at: datetime) -> int:
        """As much of `amount` as is still to come back; 0 when her account has not got it: then it stays receivable."""
        async with self._database.transaction() as session:
            payout, owed = await payouts.to_take_back(session, payout_id)
        transfer_id, amount = payout.transfer_id or payout.platform_transfer_id, min(amount, owed)
        if transfer_id is None or amount <= 0:
            return 0
        key = f"{step_key(payout.booking_id, 'reversal', payout.assignment_no)}:{payout.amount_reversed}"
        try:
            receipt = await self._gateway.reverse(
                transfer_id=transfer_id, amount=amount, key=key, attempt=int(at.timestamp()) // HOUR_S
            )
        except PaymentError as error:
            if error.retryable:
                raise
            logger.warning("a walker's pay could not be taken back now: %s", error.code)
            return 0
        await self._book(payout, receipt, key=key, at=at)
        return receipt.amount

    async def _book(self, payout: Payout, receipt: ReversalReceipt, *, key: str, at: datetime) -> None:
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

    async def net(self, walker_id: UUID, currency: str, *, up_to: int, at: datetime) -> int:
        """Out of what she was sent just now (`up_to`): older ones first. How much came back."""
        async with self._database.transaction() as session:
            owed = await payouts.receivable_of(session, walker_id, currency)
        netted = 0
        for payout in owed:
            netted += await self.take_back(payout.id, up_to - netted, at=at)
        return netted
