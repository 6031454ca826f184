"""A walker's record, and her word against what stands on it: support decides, and she is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.db.models.walker import StrikeAppeal, WalkerStrike
from dogwalk.db.repositories import audit, strike, strike_appeal, support_task
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import policy as policies
from dogwalk.db.repositories import walker as walkers
from dogwalk.domain.afterwards import check_open
from dogwalk.domain.strike import NO_SHOW
from dogwalk.errors import Conflict, Forbidden, NotFound
from dogwalk.services.booking import strikes
from dogwalk.services.booking.facts import Facts

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.session import Database
    from dogwalk.domain.policy import Withdrawal

SHOWN = 100
TASK = "strike_appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`appeals`: strike → the walker's word against it."""

    late_cancels: int
    blocked_until: datetime | None
    strikes: Sequence[WalkerStrike]
    appeals: Mapping[UUID, StrikeAppeal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """`reason` is what the walker reads."""

    is_lifted: bool
    reason: str
    by: UUID

    @property
    def state(self) -> str:
        return "lifted" if self.is_lifted else "kept"


class Appeals:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def record(self, walker_id: UUID) -> Record:
        """With the newest hundred strikes, those taken back among them."""
        async with self._database.transaction() as session:
            return await _record(session, walker_id)

    async def make(self, appeal_id: UUID, *, strike_id: UUID, walker_id: UUID, reason: str, at: datetime) -> Record:
        """NotFound for another's; Conflict `strike_withdrawn`, `already_appealed`, and `window_closed` once it no longer
        counts. Again with the same id changes nothing.
        """
        async with self._database.transaction() as session:
            await walkers.lock(session, [walker_id])
            earned = await _known(session, strike_id)
            if earned.walker_id != walker_id:
                raise NotFound("No such strike")
            await self._open(session, earned, appeal_id, reason, at)
            return await _record(session, walker_id)

    async def decide(self, strike_id: UUID, ruling: Ruling, *, at: datetime) -> Record:
        """Said again by the same person it is answered again. NotFound without an appeal; Forbidden
        `second_person_required` for who made it; Conflict `appeal_decided`, and `strike_withdrawn` for keeping one that was
        taken back meanwhile.
        """
        async with self._database.transaction() as session:
            earned = await _known(session, strike_id)
            await walkers.lock(session, [earned.walker_id])  # before the strike, as whoever else takes one back does
            appeal = (await strike_appeal.of_strikes(session, [strike_id])).get(strike_id)
            if appeal is None:
                raise NotFound("Nobody has appealed against that")
            await session.refresh(earned)  # a late proof may have taken it back while that waited
            if _is_to_be_decided(appeal, earned, ruling):
                await _rule(session, earned, appeal, ruling, at)
            walker_id = earned.walker_id
            session.expire_all()  # they were changed beside what was read
            return await _record(session, walker_id)

    async def _open(
        self, session: AsyncSession, earned: WalkerStrike, appeal_id: UUID, reason: str, at: datetime
    ) -> None:
        made = (await strike_appeal.of_strikes(session, [earned.id])).get(earned.id)
        if made is not None:
            if made.id != appeal_id:
                raise Conflict("You have appealed against that", code="already_appealed", state=made.state)
            return
        if earned.waived_at is not None:
            raise Conflict("It is off your record already", code="strike_withdrawn")
        check_open(earned.at, within_s=(await _policy(session, earned)).counted_for_s, at=at)
        await strike_appeal.add(session, appeal_id, strike_id=earned.id, reason=reason, at=at)
        await support_task.open(
            session,
            key=_task_key(earned),
            kind=TASK,
            reason=f"A walker appeals against a {earned.kind.replace('_', ' ')}",
            at=at,
            booking_id=earned.booking_id,
            person_id=earned.walker_id,
        )


def _is_to_be_decided(appeal: StrikeAppeal, earned: WalkerStrike, ruling: Ruling) -> bool:
    if ruling.by == earned.walker_id:
        raise Forbidden("A second person decides", code="second_person_required")
    if appeal.state == "open":
        if earned.waived_at is not None and not ruling.is_lifted:
            raise Conflict("It is off her record already", code="strike_withdrawn")
        return True
    if (appeal.state, appeal.decided_by) != (ruling.state, ruling.by):
        raise Conflict(f"It was {appeal.state} already", code="appeal_decided", state=appeal.state)
    return False


async def _rule(
    session: AsyncSession, earned: WalkerStrike, appeal: StrikeAppeal, ruling: Ruling, at: datetime
) -> None:
    if ruling.is_lifted:
        await strikes.take_back(session, earned, policy=await _policy(session, earned), at=at)
    await strike_appeal.decide(session, appeal.id, state=ruling.state, answer=ruling.reason, by=ruling.by, at=at)
    await support_task.settle(session, _task_key(earned), resolution=ruling.reason, at=at)
    await audit.append(
        session,
        key=f"appeal:{appeal.id}:decided",
        actor=str(ruling.by),
        action="appeal_decided",
        subject=f"person:{earned.walker_id}",
        booking_id=earned.booking_id,
        reason=ruling.reason,
        at=at,
        data={"state": ruling.state, "strike": earned.kind, "strike_id": str(earned.id)},
    )
    await _tell(session, earned, ruling, at)


async def _tell(session: AsyncSession, earned: WalkerStrike, ruling: Ruling, at: datetime) -> None:
    what = strikes.NO_SHOW_APPEAL if earned.kind == NO_SHOW else strikes.LATE_CANCEL_APPEAL
    number = strikes.record_number(earned.assignment_no, what)
    change = change_of(Afterwards.RECORD, number, booking_id=earned.booking_id, at=at, actor="support")
    facts = Facts(change=change, beside=True)
    facts.event("appeal_decided", audience=[earned.walker_id], decision=ruling.state)
    facts.message("appeal_decided", earned.walker_id, decision=ruling.state)
    await facts.write(session)


async def _record(session: AsyncSession, walker_id: UUID) -> Record:
    walker = await walkers.get(session, walker_id)
    earned = await strike.of_walker(session, walker_id, limit=SHOWN)
    return Record(
        late_cancels=walker.late_cancels if walker else 0,
        blocked_until=walker.blocked_until if walker else None,
        strikes=earned,
        appeals=await strike_appeal.of_strikes(session, [one.id for one in earned]),
    )


async def _known(session: AsyncSession, strike_id: UUID) -> WalkerStrike:
    found = await strike.get(session, strike_id)
    if found is None:
        raise NotFound("No such strike")
    return found


async def _policy(session: AsyncSession, earned: WalkerStrike) -> Withdrawal:
    booking = await bookings.get(session, earned.booking_id)
    if booking is None:
        raise NotFound("No such booking")
    return (await policies.by_version(session, booking.market_id, booking.policy_version)).withdrawal


def _task_key(earned: WalkerStrike) -> str:
    return f"strike-{earned.id}:appeal"
