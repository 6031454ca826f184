"""A walker's record as she and support read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.schemas.record import Appeal, Strike, WalkerRecord

if TYPE_CHECKING:
    from dogwalk.db.models.walker import StrikeAppeal, WalkerStrike
    from dogwalk.services.appeal import Record


def record_view(record: Record) -> WalkerRecord:
    return WalkerRecord(
        late_cancels=record.late_cancels,
        blocked_until=record.blocked_until,
        strikes=[strike_view(one, record.appeals.get(one.id)) for one in record.strikes],
    )


def strike_view(row: WalkerStrike, made: StrikeAppeal | None) -> Strike:
    return Strike(
        id=row.id,
        kind=row.kind,
        booking_id=row.booking_id,
        at=row.at,
        waived_at=row.waived_at,
        appeal=_appeal(made) if made else None,
    )


def _appeal(row: StrikeAppeal) -> Appeal:
    return Appeal(
        id=row.id,
        state=row.state,
        reason=row.reason,
        answer=row.answer,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )
