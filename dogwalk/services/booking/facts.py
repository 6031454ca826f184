"""What one change of a booking leaves behind, in one transaction: projection, events, messages, the audit log. All keyed
by its version, so that writing it twice writes it once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dogwalk.contracts.booking import Change
from dogwalk.db.repositories import audit, booking_event, outbox
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories.booking_event import NewEvent
from dogwalk.domain.notification import OutboxDraft, messages_for

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(kw_only=True)
class Facts:
    """Collects what a change says, then writes it: `projection` fields, `tell` events, `message` people. One
    `beside` the booking's workflow (contracts/afterwards.py) projects nothing. Money moves without the booking's lock: of
    the fields it projects, those `lasting` are nobody else's and are written though a newer change was faster.
    """

    change: Change
    projection: dict[str, Any] = field(default_factory=dict)
    lasting: tuple[str, ...] = ()
    beside: bool = False
    _events: list[NewEvent] = field(default_factory=list)
    _messages: list[OutboxDraft] = field(default_factory=list)

    def event(self, kind: str, *, audience: list[UUID], **data: Any) -> None:
        """A durable fact; `data` holds ids, enums, times as strings and money, never an address or a position."""
        self._events.append(
            NewEvent(
                booking_id=self.change.booking_id,
                version=self.change.version,
                n=len(self._events),
                type=kind,
                at=self.change.at,
                actor=self.change.actor,
                data=data,
                audience=audience,
            )
        )

    def message(self, kind: str, person_id: UUID, *, urgent: bool = False, **data: Any) -> None:
        self._messages += messages_for(
            kind,
            booking_id=self.change.booking_id,
            version=self.change.version,
            person_id=person_id,
            data=data,
            urgent=urgent,
        )

    async def write(self, session: AsyncSession) -> None:
        if not self.beside:
            await self._project(session)
        await booking_event.append(session, self._events)
        await outbox.add(session, self._messages, self.change.at)
        await self._write_deed(session)

    async def _project(self, session: AsyncSession) -> None:
        booking_id = self.change.booking_id
        is_newest = await bookings.project(session, booking_id, self.change.version, **self.projection)
        if self.lasting and not is_newest:
            await bookings.restate(session, booking_id, **{name: self.projection[name] for name in self.lasting})

    async def _write_deed(self, session: AsyncSession) -> None:
        change, deed = self.change, self.change.deed
        if deed is not None:
            await audit.append(
                session,
                key=f"{change.booking_id}:{change.version}",
                actor=deed.actor,
                action=deed.action,
                subject=f"booking:{change.booking_id}",
                booking_id=change.booking_id,
                reason=deed.reason,
                at=change.at,
                data=deed.data,
            )


def money(amount: int, currency: str) -> dict[str, Any]:
    """Money as events, messages and the API write it."""
    return {"amount": amount, "currency": currency}
