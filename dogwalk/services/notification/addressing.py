"""Whom a message goes to, where, and what it may say: everything sending needs, read in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag

from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.person import Device, Person
from dogwalk.db.repositories import preference, recipient
from dogwalk.domain.notification import CATALOGUE
from dogwalk.domain.preferences import EVERYTHING_ON, Preferences
from dogwalk.services.notification.text import About
from dogwalk.services.notification.wording import zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.repositories.recipient import BookingFacts
    from dogwalk.ports import KeyVault


log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message with its people. `mail` and `phone` are None where the person has no proven one."""

    message: OutboxMessage
    about: About
    devices: Sequence[Device]
    mail: str | None
    phone: str | None
    preferences: Preferences

    def is_muted(self, at: datetime) -> bool:
        """Switched off, or it would ring in the person's quiet hours where she is."""
        message = self.message
        kind = CATALOGUE[message.kind]
        return self.preferences.mute(kind, message.channel, local=at.astimezone(self.about.zone))


async def letters(session: AsyncSession, messages: Sequence[OutboxMessage], vault: KeyVault) -> list[Letter]:
    """In the order of `messages`; those of a person erased meanwhile are gone with her."""
    facts = await recipient.bookings(session, {one.booking_id for one in messages if one.booking_id})
    named = {walker for one in messages if (walker := walker_of(one, facts))}
    people = await recipient.people(session, {one.person_id for one in messages} | named)
    devices = await recipient.devices(session, {one.person_id for one in messages})
    wanted = await preference.of_people(session, {one.person_id for one in messages})
    return [
        _letter(one, people, devices.get(one.person_id, []), facts, vault, wanted.get(one.person_id, EVERYTHING_ON))
        for one in messages
        if one.person_id in people
    ]


def walker_of(message: OutboxMessage, facts: dict[UUID, BookingFacts]) -> UUID | None:
    """The walker a message speaks of: the one it names, else the booking's."""
    if "walker_id" in message.data:
        return UUID(message.data["walker_id"])
    found = facts.get(message.booking_id) if message.booking_id else None
    return found.booking.walker_id if found else None


def first_name(person: Person | None) -> str | None:
    return person.name.split()[0] if person and person.name.strip() else None


def _letter(
    message: OutboxMessage,
    people: dict[UUID, Person],
    devices: Sequence[Device],
    facts: dict[UUID, BookingFacts],
    vault: KeyVault,
    preferences: Preferences,
) -> Letter:
    person = people[message.person_id]
    walker_id = walker_of(message, facts)
    booking = facts.get(message.booking_id) if message.booking_id else None
    sealed = _opened(message, vault)
    return Letter(
        message=message,
        about=About(
            kind=message.kind,
            person_id=person.id,
            first_name=first_name(person) or "",
            zone=zone_of(*_zones(person, devices, booking)),
            data=message.data,
            booking=booking,
            walker_name=first_name(people.get(walker_id)) if walker_id else None,
            code=sealed.get("code"),
        ),
        devices=devices,
        mail=sealed.get("to") or _proven_mail(person, message),
        phone=sealed.get("to") or _proven_phone(person, message),
        preferences=preferences,
    )


def _opened(message: OutboxMessage, vault: KeyVault) -> dict[str, str]:
    if message.sealed is None or message.sealed_key_id is None:
        return {}
    try:
        opened: dict[str, str] = json.loads(vault.unwrap(message.sealed_key_id, message.sealed))
    except (KeyError, InvalidTag) as error:  # this one cannot be put into words; those claimed with it can
        log.exception("sealed_unreadable", message_id=str(message.id), error=type(error).__name__)
        return {}
    return opened


def _zones(person: Person, devices: Sequence[Device], booking: BookingFacts | None) -> list[str | None]:
    """Where the phone was last, what the account says, where the walk is."""
    latest = max(devices, key=lambda device: device.last_seen_at, default=None)
    return [
        latest.time_zone if latest else None,
        person.time_zone,
        booking.booking.time_zone if booking else None,
    ]


def _proven_mail(person: Person, message: OutboxMessage) -> str | None:
    """What proves an address goes to it unproven: about an account, not about a booking."""
    return person.email if person.email_verified_at or message.booking_id is None else None


def _proven_phone(person: Person, message: OutboxMessage) -> str | None:
    if CATALOGUE[message.kind].to_emergency_contact:
        return person.emergency_phone
    return person.phone if person.phone_verified_at or message.booking_id is None else None
