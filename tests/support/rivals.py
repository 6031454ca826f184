"""Everything that wants one walker's time, at once: the real services on the real database, each move in a connection of
its own. Times are slots of 15 minutes, so that a walk takes three: two for the dog, one for the way to the next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dogwalk.bootstrap import Resources
from dogwalk.contracts.booking import (
    Change,
    ClaimRequest,
    ClaimResult,
    DelayRequest,
    OpenRescheduleRequest,
    OpenWaveRequest,
    RescheduleRequest,
    WithdrawRequest,
)
from dogwalk.contracts.support import Delay
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Offer
from dogwalk.db.models.plan import Plan
from dogwalk.db.models.walker import Walker
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import reschedule as reschedules
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.availability import Slot
from dogwalk.errors import DogwalkError
from dogwalk.services.booking.assignment import Assignments
from dogwalk.services.booking.delay import Delays
from dogwalk.services.booking.matching import Matching
from dogwalk.services.booking.reschedule import Reschedules
from dogwalk.services.booking.withdrawal import Withdrawals
from dogwalk.services.support.grants import Grants
from dogwalk.services.walker import TimesOff
from tests.support.rows import make_booking, make_person, make_policy

SLOT, WALK, TRAVEL = timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=15)
DONE, NOT_ASKED = "done", "not_asked"
Move = Callable[[], Awaitable[str]]


@dataclass(kw_only=True)
class Rivals:
    """`her`: whose time everybody wants. `other`: who has some of the walks that she is asked to take over."""

    resources: Resources
    her: UUID
    other: UUID
    first: datetime

    # --- moves: each answers DONE, or the code it was refused with ------------------------------------------------------

    async def claim(self, booking_id: UUID, walker_id: UUID, *, replaces: UUID | None = None) -> str:
        row = await self._row(booking_id)
        result = await self._assignments.claim(
            ClaimRequest(
                change=self._change(booking_id, row.version + 1),
                round=1 if replaces is None else 2,
                assignment_no=row.assignment_no + 1,
                walker_id=walker_id,
                replaces=replaces,
            )
        )
        return _answer(result)

    async def ask_and_claim(self, booking_id: UUID, walker_id: UUID) -> str:
        """As the occurrence of a plan: its walker is asked alone, if she is free, and says yes."""
        asked = await Matching(database=self.resources.database).open_wave(
            OpenWaveRequest(
                change=self._change(booking_id, 1),
                round=1,
                wave=1,
                size=1,
                only=[walker_id],
                expires_at=self.first,
            )
        )
        return await self.claim(booking_id, walker_id) if asked.walker_ids else NOT_ASKED

    async def withdraw(self, booking_id: UUID, walker_id: UUID) -> str:
        """Late, which stands on her record."""
        request = WithdrawRequest(change=self._change(booking_id, 9), assignment_no=1, walker_id=walker_id, late=True)
        await self._withdrawals.withdraw(request)
        return DONE

    async def reschedule(self, booking_id: UUID, reschedule_id: UUID) -> str:
        request = RescheduleRequest(change=self._change(booking_id, 9), reschedule_id=reschedule_id)
        return (await self._reschedules.move(request)).refusal or DONE

    async def delay(self, booking_id: UUID, slot: int) -> str:
        starts_at = self.at(slot)
        change = self._change(booking_id, 9)
        grants = Grants(vault=self.resources.vault)
        storm = Delay(action_id=uuid7(), reason="storm", cause="storm", by_s=int(SLOT.total_seconds()))
        request = DelayRequest(
            change=change,
            starts_at=starts_at,
            ends_at=starts_at + WALK,
            cause="storm",
            command=grants.mint("delay", booking_id, storm, at=change.at),
        )
        result = await Delays(database=self.resources.database, grants=grants).delay(request)
        return DONE if result.is_moved else "walker_conflict"

    async def take_off(self, slot: int) -> str:
        return await _refused(self.off(slot))

    async def move_off(self, time_off_id: UUID, slot: int) -> str:
        starts_at, ends_at = self.at(slot), self.at(slot) + WALK
        moved = self._times_off.replace(self.her, time_off_id, starts_at=starts_at, ends_at=ends_at, note=None)
        return await _refused(moved)

    async def end_off(self, time_off_id: UUID) -> str:
        return await _refused(self._times_off.delete(self.her, time_off_id))

    # --- what there is before ---------------------------------------------------------------------------------------

    def at(self, slot: int) -> datetime:
        return self.first + slot * SLOT

    async def off(self, slot: int) -> UUID:
        starts_at = self.at(slot)
        now = self.resources.clock.now()
        row = await self._times_off.add(
            self.her, time_off_id=uuid7(), starts_at=starts_at, ends_at=starts_at + WALK, note=None, at=now
        )
        return row.id

    async def offered(self, slot: int, *walker_ids: UUID, **fields: Any) -> UUID:
        """A booking that these were asked for, in its first round; nobody has it."""
        booking_id = await self.booked(slot, **fields)
        await self._offer(booking_id, walker_ids, round_=1)
        return booking_id

    async def booked(self, slot: int, **fields: Any) -> UUID:
        owner_id, starts_at = await make_person(self.resources), self.at(slot)
        given = {"status": "matching", "starts_at": starts_at, "ends_at": starts_at + WALK, **fields}
        return await make_booking(self.resources, owner_id=owner_id, **given)

    async def of_plan(self, slot: int) -> UUID:
        booking_id = await self.booked(slot)
        async with self.resources.database.transaction() as session:
            booking = await bookings.get(session, booking_id)
            assert booking is not None
            plan = Plan(
                owner_id=booking.owner_id,
                home_id=booking.home_id,
                market_id=booking.market_id,
                starts_on=self.first.date(),
                created_at=booking.created_at,
            )
            session.add(plan)
            await session.flush()
            booking.plan_id = plan.id
        return booking_id

    async def held(self, slot: int, walker_id: UUID, *, stand_by: UUID | None = None) -> UUID:
        """A booking that she has; `stand_by` is asked to take it over."""
        booking_id = await self.offered(slot, walker_id)
        assert await self.claim(booking_id, walker_id) == DONE
        if stand_by is not None:
            await self._offer(booking_id, [stand_by], round_=2)
        return booking_id

    async def asked_for(self, booking_id: UUID, slot: int) -> UUID:
        """Another time for it, waiting for the other side's yes."""
        starts_at, now = self.at(slot), self.resources.clock.now()
        async with self.resources.database.transaction() as session:
            row = await reschedules.ask(
                session,
                uuid7(),
                booking_id=booking_id,
                assignment_no=1,
                asked_by="owner",
                starts_at=starts_at,
                ends_at=starts_at + WALK,
                lines=[],
                total=2775,
                walker_earns=2000,
                platform_fee=775,
                created_at=now,
            )
        change = self._change(booking_id, 3)
        await self._reschedules.open(OpenRescheduleRequest(change=change, reschedule_id=row.id, expires_at=self.first))
        return row.id

    @property
    def _assignments(self) -> Assignments:
        return Assignments(database=self.resources.database, walks=self.resources.walk_recorder)

    @property
    def _withdrawals(self) -> Withdrawals:
        return Withdrawals(database=self.resources.database, recorder=self.resources.walk_recorder)

    @property
    def _reschedules(self) -> Reschedules:
        return Reschedules(database=self.resources.database)

    @property
    def _times_off(self) -> TimesOff:
        return TimesOff(database=self.resources.database)

    def _change(self, booking_id: UUID, version: int) -> Change:
        return Change(booking_id=booking_id, version=version, at=self.resources.clock.now(), actor="walker")

    async def _row(self, booking_id: UUID) -> Any:
        async with self.resources.database.transaction() as session:
            return await bookings.get(session, booking_id)

    async def _offer(self, booking_id: UUID, walker_ids: Any, *, round_: int) -> None:
        async with self.resources.database.transaction() as session:
            session.add_all(self._offer_to(booking_id, walker_id, round_) for walker_id in walker_ids)

    def _offer_to(self, booking_id: UUID, walker_id: UUID, round_: int) -> Offer:
        return Offer(
            booking_id=booking_id,
            walker_id=walker_id,
            round=round_,
            wave=1,
            earns=2000,
            currency="usd",
            distance_m=100,
            rank=0,
            score={},
            expires_at=self.first,
            created_at=self.resources.clock.now(),
        )


async def rivals(resources: Resources) -> Rivals:
    """Two walkers next door, open all week."""
    await make_policy(resources)
    first = (resources.clock.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    her, other = [await _walker(resources) for _ in range(2)]
    return Rivals(resources=resources, her=her, other=other, first=first)


async def _walker(resources: Resources) -> UUID:
    person_id, now = await make_person(resources, "Grace Walker"), resources.clock.now()
    async with resources.database.transaction() as session:
        session.add(
            Walker(
                person_id=person_id,
                home_lat=0.0,
                home_lon=0.0,
                verified_at=now,
                two_factor_on=True,
                payout_active=True,
                created_at=now,
            )
        )
        await session.flush()
        week = [Slot(day, datetime.min.time(), datetime.min.time()) for day in range(7)]
        await walkers.replace_weekly(session, person_id, week)
    return person_id


def _answer(result: ClaimResult) -> str:
    return result.refusal or DONE


async def _refused(work: Awaitable[Any]) -> str:
    try:
        await work
    except DogwalkError as error:
        return error.code
    return DONE
