"""Claims: opened by owner or walker, the pay waiting for them, decided by support (booking-life.md: Settle)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dogwalk.contracts.afterwards import Afterwards, change_of
from dogwalk.contracts.claim import ClaimRequest
from dogwalk.db.repositories import audit, support_task
from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import claim as claims
from dogwalk.db.repositories import policy as policies
from dogwalk.domain.afterwards import check_open, closes_at
from dogwalk.errors import Conflict, InvalidInput, NotFound
from dogwalk.services.booking.facts import Facts
from dogwalk.services.booking.parties import locked_row
from dogwalk.services.payment.pay_hold import keep_back, let_go

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.claim import ClaimStep
    from dogwalk.db.models.afterwards import Claim
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.session import Database

OPENED, DECIDED = 0, 1


class Claims:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def open(
        self,
        booking_id: UUID,
        claimant_id: UUID,
        *,
        claim_id: UUID,
        kind: str,
        amount: int | None,
        notes: str,
        at: datetime,
    ) -> ClaimRequest:
        """Holds the walker's pay in the same transaction; support has a task. A repeat of `claim_id` finds its claim.
        NotFound for a stranger; Conflict `not_ended`, `window_closed`, `already_claimed`; InvalidInput `claim_too_much`.
        """
        async with self._database.transaction() as session:
            known = await claims.get(session, claim_id)
            if known is not None:
                return _request(known)
            booking = await _of_party(session, booking_id, claimant_id)
            policy = (await policies.by_version(session, booking.market_id, booking.policy_version)).afterwards
            check_open(booking.ended_at, within_s=policy.claim_within_s, at=at)
            if amount is not None and amount > booking.total:
                raise InvalidInput(
                    "More than the walk cost", code="claim_too_much", pointer="/amount", most=booking.total
                )
            claim = await claims.add(
                session,
                id=claim_id,
                booking_id=booking_id,
                claimant_id=claimant_id,
                kind=kind,
                amount=amount,
                currency=booking.currency,
                notes=notes,
                state="open",
                granted=0,
                decide_by=closes_at(at, policy.claim_decided_within_s),
                created_at=at,
            )
            if claim is None:
                raise Conflict("You have claimed this already", code="already_claimed")
            await keep_back(session, booking_id)
            await _open_task(session, claim, "claim", "A claim is to be decided", at)
            await _tell(session, claim, OPENED, "claim_opened", at)
            return _request(claim)

    async def press(self, step: ClaimStep) -> bool:
        """Its time is over and nobody has decided; True when somebody has, and the word of it got lost."""
        async with self._database.transaction() as session:
            claim = await self._known(session, step.claim_id)
            if claim.state == "open":
                await _open_task(session, claim, "claim_overdue", "A claim is past its time", step.at)
            return claim.state != "open"

    async def get(self, claim_id: UUID) -> Claim:
        async with self._database.transaction() as session:
            return await self._known(session, claim_id)

    async def of(self, booking_id: UUID, person_id: UUID) -> list[Claim]:
        """Those of one party; the other's are not hers to read."""
        async with self._database.transaction() as session:
            await _of_party(session, booking_id, person_id)
            return [one for one in await claims.of_booking(session, booking_id) if one.claimant_id == person_id]

    async def decide(self, claim_id: UUID, *, granted: int, by: UUID, reason: str, at: datetime) -> Claim:
        """The last word; what is granted has been refunded before. Conflict `claim_decided`."""
        async with self._database.transaction() as session:
            claim = await self._known(session, claim_id, lock=True)
            if claim.state != "open":
                raise Conflict("This claim is decided", code="claim_decided", state=claim.state)
            state = "upheld" if granted else "rejected"
            await claims.decide(session, claim_id, state=state, granted=granted, by=by, at=at)
            await audit.append(
                session,
                key=f"claim:{claim_id}:decided",
                actor=str(by),
                action="claim_decided",
                subject=f"claim:{claim_id}",
                booking_id=claim.booking_id,
                reason=reason,
                at=at,
                data={"state": state, "granted": granted},
            )
            await _resolve_tasks(session, claim, reason, at)
            await _tell(session, claim, DECIDED, "claim_decided", at)
            await session.refresh(claim)
            return claim

    async def settle(self, step: ClaimStep) -> None:
        """The pay goes on, unless another claim or an incident keeps it back."""
        async with self._database.transaction() as session:
            await let_go(session, await locked_row(session, step.booking_id))

    async def _known(self, session: AsyncSession, claim_id: UUID, *, lock: bool = False) -> Claim:
        claim = await claims.get(session, claim_id, lock=lock)
        if claim is None:
            raise NotFound("No such claim")
        return claim


async def _of_party(session: AsyncSession, booking_id: UUID, person_id: UUID) -> Booking:
    booking = await bookings.for_party(session, booking_id, person_id)
    if booking is None or booking.walker_id is None:
        raise NotFound("No such booking")
    return booking


async def _tell(session: AsyncSession, claim: Claim, what: int, kind: str, at: datetime) -> None:
    """Numbered by the claim's place among the booking's, for there may be several."""
    place = [one.id for one in await claims.of_booking(session, claim.booking_id)].index(claim.id)
    facts = Facts(change=change_of(Afterwards.CLAIM, 2 * place + what, booking_id=claim.booking_id, at=at), beside=True)
    facts.event(kind, audience=[claim.claimant_id])
    facts.message(kind, claim.claimant_id)
    await facts.write(session)


async def _open_task(session: AsyncSession, claim: Claim, kind: str, reason: str, at: datetime) -> None:
    await support_task.open(
        session,
        key=_task_key(claim.id, kind),
        kind=kind,
        reason=reason,
        booking_id=claim.booking_id,
        person_id=claim.claimant_id,
        at=at,
    )


async def _resolve_tasks(session: AsyncSession, claim: Claim, reason: str, at: datetime) -> None:
    """Another claim of the booking keeps its own task: they are told apart by their keys."""
    for kind in ("claim", "claim_overdue"):
        await support_task.settle(session, _task_key(claim.id, kind), resolution=reason, at=at)


def _task_key(claim_id: UUID, kind: str) -> str:
    return f"claim-{claim_id}:{kind}"


def _request(claim: Claim) -> ClaimRequest:
    return ClaimRequest(claim_id=claim.id, booking_id=claim.booking_id, decide_by=claim.decide_by)
