"""The receipt: what the service cost, what the card paid, and the ledger lines behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dogwalk.db.models.booking import Booking
from dogwalk.db.models.payment import LedgerJournal, LedgerPosting
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.domain.payment import PaymentKind
from dogwalk.errors import Conflict, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.db.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """All amounts in minor units of `booking.currency`. `owed`: no hold could pay it, and nobody has yet. `is_balanced`:
    every journal sums to zero.
    """

    booking: Booking
    captured: int
    refunded: int
    owed: int
    transferred: int
    platform_fee: int
    is_balanced: bool
    ledger: Sequence[tuple[LedgerJournal, LedgerPosting]]


class Receipts:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def get(self, booking_id: UUID, owner_id: UUID) -> Receipt:
        """NotFound for anybody but the owner; Conflict `no_receipt_yet` while the service has not ended."""
        async with self._database.transaction() as session:
            booking = await bookings.for_party(session, booking_id, owner_id)
            if booking is None or booking.owner_id != owner_id:
                raise NotFound("No such booking")
            if booking.ended_at is None:
                raise Conflict("There is a receipt once the service has ended", code="no_receipt_yet")
            holds = await payments.of_booking(session, booking_id)
            payouts = await payments.payouts_of(session, booking_id)
            lines = await ledger_rows.lines(session, booking_id)
        return Receipt(
            booking=booking,
            captured=sum(hold.amount_captured for hold in holds),
            refunded=sum(hold.amount_refunded for hold in holds),
            owed=sum(hold.amount - hold.amount_captured for hold in holds if hold.kind == PaymentKind.DEBT),
            transferred=sum(
                payout.amount_from_charge
                + payout.amount_from_platform
                - payout.amount_deducted
                - payout.amount_reversed
                for payout in payouts
                if payout.state == "paid"
            ),
            platform_fee=-sum(posting.amount for _, posting in lines if posting.account == "platform_revenue"),
            is_balanced=sum(posting.amount for _, posting in lines) == 0,
            ledger=lines,
        )
