"""What came of the walk, counted where it is kept: Postgres and the workflow's own history."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from devstack.history import cost_of
from dogwalk.adapters.temporal import connect
from dogwalk.contracts.booking import workflow_id
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.tracking import Position, Walk
from dogwalk.db.repositories import ledger
from dogwalk.db.repositories import payment as payments
from dogwalk.domain.ledger import Account, is_settled

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from devstack.history import HistoryCost
    from dogwalk.bootstrap import Resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Money in minor units. The fields are the demo's last line, in this order."""

    status: str
    captured: int
    transferred: int
    platform_fee: int
    ledger_balanced: bool
    distance_m: int
    moving_s: int
    positions_sent: int
    positions_stored: int
    notifications: int
    temporal_actions: int
    history_events: int
    history_bytes: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


async def outcome(resources: Resources, booking_id: UUID, *, positions_sent: int, seconds: float) -> Outcome:
    cost = await _history(resources, booking_id)
    async with resources.database.transaction() as session:
        booking = await session.get_one(Booking, booking_id)
        summary = booking.summary or {}
        balances = await ledger.balances(session, booking_id)
        holds = await payments.of_booking(session, booking_id)
        payouts = [payout for payout in await payments.payouts_of(session, booking_id) if payout.state == "paid"]
        return Outcome(
            status=booking.status,
            captured=sum(hold.amount_captured for hold in holds),
            transferred=sum(payout.amount_from_charge + payout.amount_from_platform for payout in payouts),
            platform_fee=-balances.get(Account.PLATFORM_REVENUE, 0),
            ledger_balanced=is_settled(balances),
            distance_m=summary.get("distance_m", 0),
            moving_s=summary.get("moving_s", 0),
            positions_sent=positions_sent,
            positions_stored=await _count(session, _positions(booking_id)),
            notifications=await _count(session, _notifications(booking_id)),
            temporal_actions=cost.actions,
            history_events=cost.events,
            history_bytes=cost.size_bytes,
            seconds=round(seconds, 1),
        )


def _positions(booking_id: UUID) -> Select[Any]:
    walks = select(Walk.id).where(Walk.booking_id == booking_id)
    return select(func.count()).select_from(Position).where(Position.walk_id.in_(walks))


def _notifications(booking_id: UUID) -> Select[Any]:
    """What providers took: one message on two channels is two."""
    sent = select(func.count()).select_from(OutboxMessage)
    return sent.where(OutboxMessage.booking_id == booking_id, OutboxMessage.state == "sent")


async def _count(session: AsyncSession, statement: Select[Any]) -> int:
    return int(await session.scalar(statement) or 0)


async def _history(resources: Resources, booking_id: UUID) -> HistoryCost:
    client = await connect(resources.settings, keys=resources.workflow_keys, vault=resources.vault)
    history = await client.get_workflow_handle(workflow_id(booking_id)).fetch_history()
    return cost_of(history.events)
