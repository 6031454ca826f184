"""A booking's story in plain words, as one of its people may know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import booking_event, recipient
from dogwalk.domain.conversation import MESSAGE_RECEIVED
from dogwalk.errors import NotFound
from dogwalk.services.notification.addressing import first_name
from dogwalk.services.notification.text import About, Texts
from dogwalk.services.notification.wording import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking, BookingEvent
    from dogwalk.db.models.person import Person
    from dogwalk.db.session import Database

REQUESTED = "requested"
UNTOLD = frozenset({REQUESTED, MESSAGE_RECEIVED})  # what people write to each other is no step of the walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    at: datetime
    type: str
    text: str


class Timelines:
    def __init__(self, *, database: Database, texts: Texts) -> None:
        self._database = database
        self._texts = texts

    async def of(self, booking_id: UUID, person_id: UUID) -> list[Line]:
        """Oldest first. NotFound for one who is no party to the booking."""
        async with self._database.transaction() as session:
            booking = await party_to(session, booking_id, person_id)
            events = await booking_event.for_booking(session, booking_id, person_id)
            people = await recipient.people(session, _walkers(booking, events))
        abouts = _told(booking, events, people, person_id)
        return [Line(at=at, type=about.kind, text=self._texts.event(about)) for at, about in abouts]


async def party_to(session: AsyncSession, booking_id: UUID, person_id: UUID) -> Booking:
    booking = await bookings.for_party(session, booking_id, person_id)
    if booking is None:
        raise NotFound("No such booking")
    return booking


def _told(
    booking: Booking, events: Sequence[BookingEvent], people: dict[UUID, Person], person_id: UUID
) -> Iterator[tuple[datetime, About]]:
    """Each event with the walker of its time: a later one may have taken over. The request is told to every party, its
    event to the owner alone.
    """
    walker_id = None
    yield booking.created_at, _about(REQUESTED, {}, booking, person_id, None)
    for event in (event for event in events if event.type not in UNTOLD):
        walker_id = UUID(event.data["walker_id"]) if "walker_id" in event.data else walker_id
        known = walker_id or booking.walker_id
        walker = first_name(people.get(known)) if known else None
        yield event.at, _about(event.type, event.data, booking, person_id, walker)


def _about(kind: str, data: dict[str, object], booking: Booking, person_id: UUID, walker: str | None) -> About:
    return About(
        kind=kind,
        person_id=person_id,
        first_name="",
        zone=zone_of(booking.time_zone),
        data=data,
        booking=recipient.BookingFacts(booking=booking, dog_names=()),
        walker_name=walker,
    )


def _walkers(booking: Booking, events: Sequence[BookingEvent]) -> set[UUID]:
    named = {UUID(event.data["walker_id"]) for event in events if "walker_id" in event.data}
    return named | ({booking.walker_id} if booking.walker_id else set())
