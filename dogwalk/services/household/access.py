"""How the assigned walker gets in: shown around the walk alone, each time written down and told to the owner."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.db.repositories import audit
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.booking import Status
from dogwalk.errors import Conflict, NotFound, WrongState
from dogwalk.services.booking.facts import Facts
from dogwalk.services.household.home import Access

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database
    from dogwalk.ports import KeyVault

HERS = (Status.ASSIGNED, Status.ON_THE_WAY, Status.ARRIVED, Status.IN_PROGRESS)
SHOWN = "access.shown"


class AccessCodes:
    """Raises NotFound for anybody but the assigned walker, Conflict `too_early` before she may start the walk and
    `no_access_code` where the owner has given none, WrongState once the walk is over.
    """

    def __init__(self, *, database: Database, vault: KeyVault) -> None:
        self._database = database
        self._vault = vault

    async def show(self, reveal_id: UUID, *, booking_id: UUID, walker_id: UUID, at: datetime) -> Access:
        """Once it stands in the audit log, the booking's story and a message to the owner: once for each `reveal_id`, and
        again where the owner has said something else since.
        """
        async with self._database.transaction() as session:
            booking = await _open_to(session, booking_id, walker_id, at)
            home = await bookings.home(session, booking.home_id)
            if home.access_kind is None or home.access_key_id is None or home.access_sealed is None:
                raise Conflict("The owner has not said how to get in", code="no_access_code")
            key = str(uuid5(reveal_id, home.access_sealed.hex()))
            shown = [one.key for one in await audit.of_booking(session, booking_id) if one.action == SHOWN]
            if key not in shown:
                await _audited(session, key, booking, walker_id, at)
                await _told(session, booking, walker_id, number=len(shown) + 1, at=at)
            secret = json.loads(self._vault.unwrap(home.access_key_id, home.access_sealed))
        return Access(kind=home.access_kind, code=secret["code"], notes=secret["notes"])


async def _open_to(session: AsyncSession, booking_id: UUID, walker_id: UUID, at: datetime) -> Booking:
    """Locked: whoever takes the walk from her waits, or has been faster."""
    booking = await bookings.get(session, booking_id, lock=True)
    if booking is None or booking.walker_id != walker_id:
        raise NotFound("No such booking")
    if booking.status not in HERS:
        raise WrongState(f"The booking is {booking.status}", status=booking.status, expected=list(HERS))
    policy = await policies.by_version(session, booking.market_id, booking.policy_version)
    opens_at = booking.starts_at - timedelta(seconds=policy.walking.start_before_s)
    if at < opens_at:
        raise Conflict("Not yet", code="too_early", not_before=opens_at.isoformat())
    return booking


async def _audited(session: AsyncSession, key: str, booking: Booking, walker_id: UUID, at: datetime) -> None:
    await audit.append(
        session,
        key=key,
        actor=str(walker_id),
        action=SHOWN,
        subject=f"home:{booking.home_id}",
        booking_id=booking.id,
        reason="to get in for the walk",
        at=at,
    )


async def _told(session: AsyncSession, booking: Booking, walker_id: UUID, *, number: int, at: datetime) -> None:
    change = change_of(Afterwards.ACCESS, number, booking_id=booking.id, at=at, actor="walker")
    facts = Facts(change=change, beside=True)
    facts.event("access_shown", audience=[booking.owner_id, walker_id])
    facts.message("access_shown", booking.owner_id)
    await facts.write(session)
