"""The walker's buttons on the day: on the way, arrived, started, finished, nobody opens. Phones queue and repeat them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Principal, Res, WalkerOnly
from api.errors import problems
from api.idempotency import Once
from api.kept_booking import booking_by_now
from api.readers import Bookings
from api.rendering import booking_view
from api.running import Running, command
from api.schemas.booking import (
    BookingView,
    ContactAttempt,
    NewContactAttempt,
    WalkerCommand,
    WithdrawFromBooking,
    Withdrawn,
)
from dogwalk.contracts.booking import CommandOfWalker, Withdraw
from dogwalk.errors import NotFound
from dogwalk.services.booking.contact import Contacts
from dogwalk.services.booking.late_proof import LateProofs

if TYPE_CHECKING:
    from dogwalk.adapters.booking_workflows import BookingWorkflows
    from dogwalk.bootstrap import Resources
    from dogwalk.db.models.booking import Booking
    from dogwalk.services.booking.reading import BookingReader

PROOFS = frozenset({"arrive", "start"})

router = APIRouter(tags=["booking"])

RESPONSES = problems(404, 409, 503)


async def _contacts(res: Res) -> Contacts:
    return Contacts(database=res.database)


@router.post("/v1/bookings/{booking_id}/on-the-way", responses=RESPONSES)
async def on_the_way(
    booking_id: UUID,
    body: WalkerCommand,
    who: WalkerOnly,
    res: Res,
    bookings: Bookings,
    running: Running,
    once: Once,
) -> BookingView:
    """The walker sets out. Not before 90 min ahead (409 `too_early`)."""
    step = Step(res, bookings, running, once, who)
    return await step.taken("on_the_way", booking_id, body)


@router.post("/v1/bookings/{booking_id}/arrive", responses=RESPONSES)
async def arrive(
    booking_id: UUID,
    body: WalkerCommand,
    who: WalkerOnly,
    res: Res,
    bookings: Bookings,
    running: Running,
    once: Once,
) -> BookingView:
    """The walker is at the door; implies on the way."""
    step = Step(res, bookings, running, once, who)
    return await step.taken("arrive", booking_id, body)


@router.post("/v1/bookings/{booking_id}/start", responses=RESPONSES)
async def start(
    booking_id: UUID,
    body: WalkerCommand,
    who: WalkerOnly,
    res: Res,
    bookings: Bookings,
    running: Running,
    once: Once,
) -> BookingView:
    """The dog is out; implies both before. Not before 15 min ahead (409 `too_early`)."""
    step = Step(res, bookings, running, once, who)
    return await step.taken("start", booking_id, body)


@router.post("/v1/bookings/{booking_id}/finish", responses=RESPONSES)
async def finish(
    booking_id: UUID,
    body: WalkerCommand,
    who: WalkerOnly,
    res: Res,
    bookings: Bookings,
    running: Running,
    once: Once,
) -> BookingView:
    """The dog is home again. The answer carries the walk's `summary`."""
    step = Step(res, bookings, running, once, who)
    return await step.taken("finish", booking_id, body)


@router.post("/v1/bookings/{booking_id}/contact-attempts", status_code=201, responses=problems(404, 409))
async def contact_attempt(
    booking_id: UUID,
    body: NewContactAttempt,
    who: WalkerOnly,
    res: Res,
    contacts: Annotated[Contacts, Depends(_contacts)],
    once: Once,
) -> ContactAttempt:
    """I stand at the door and called the owner. A message to her (`POST …/messages`) counts by itself, beside calls."""

    async def work(attempt_id: UUID) -> ContactAttempt:
        call = await contacts.called(
            attempt_id, booking_id=booking_id, walker_id=who.person_id, claimed=body.at, now=res.clock.now()
        )
        return ContactAttempt(id=call.id, kind=body.kind, at=call.at, attempts=call.attempts, needed=call.needed)

    return await once.create(work)


@router.post("/v1/bookings/{booking_id}/no-access", responses=RESPONSES)
async def no_access(
    booking_id: UUID,
    body: WalkerCommand,
    who: WalkerOnly,
    res: Res,
    bookings: Bookings,
    running: Running,
    once: Once,
) -> BookingView:
    """Nobody opens. 409 `wait_not_over` (with `not_before`) until 15 min after the later of arrival and start,
    `not_at_home` when positions do not show me there all the while, `owner_not_contacted` before two attempts.
    """
    step = Step(res, bookings, running, once, who)
    return await step.taken("no_access", booking_id, body)


@router.post("/v1/bookings/{booking_id}/withdraw", responses=RESPONSES)
async def withdraw(
    booking_id: UUID,
    body: WithdrawFromBooking,
    who: WalkerOnly,
    bookings: Bookings,
    running: Running,
    once: Once,
) -> Withdrawn:
    """I cannot come after all: another walker is looked for. Under 24 h before the start it stands on my record."""

    async def work() -> Withdrawn:
        payload = Withdraw(walker_id=who.person_id, reason=body.reason)
        await _give_back(running, bookings, booking_id, payload, update_id=once.fingerprint)
        return Withdrawn(booking_id=booking_id)

    return await once.run(work)


async def _give_back(
    running: BookingWorkflows, bookings: BookingReader, booking_id: UUID, payload: Withdraw, *, update_id: str
) -> None:
    """Whose first try was done but never answered is a stranger by now: under the same id she is answered as then, and
    under another one refused.
    """
    try:
        await bookings.walked_by(booking_id, payload.walker_id)
    except NotFound:
        await bookings.had_by(booking_id, payload.walker_id)
        await running.command(booking_id, "withdraw", payload, update_id=update_id)
    else:
        await command(running, bookings, booking_id=booking_id, name="withdraw", payload=payload, update_id=update_id)


class Step:
    """One command of one walker. The point of the tap is not passed on: positions come with the track."""

    def __init__(
        self, res: Resources, bookings: BookingReader, running: BookingWorkflows, once: Once, who: Principal
    ) -> None:
        self._res = res
        self._bookings = bookings
        self._running = running
        self._once = once
        self._who = who

    async def taken(self, name: str, booking_id: UUID, body: WalkerCommand) -> BookingView:
        """Once."""

        async def again(kept: Any) -> Any:
            at, person_id = self._res.clock.now(), self._who.person_id
            return await booking_by_now(kept, self._bookings, booking_id=booking_id, person_id=person_id, at=at)

        return await self._once.run(lambda: self._take(name, booking_id, body), again=again)

    async def _take(self, name: str, booking_id: UUID, body: WalkerCommand) -> BookingView:
        """Once the booking is closed nobody is there to hear it: the finish of its walk repeats all the same."""
        row = await self._hers(name, booking_id, body)
        if not (name == "finish" and row.closed_at is not None and row.finished_at is not None):
            await command(
                self._running,
                self._bookings,
                booking_id=booking_id,
                name=name,
                payload=CommandOfWalker(walker_id=self._who.person_id, at=body.at),
                update_id=self._once.fingerprint,
            )
        return booking_view(await self._bookings.get(booking_id, self._who.person_id, at=self._res.clock.now()))

    async def _hers(self, name: str, booking_id: UUID, body: WalkerCommand) -> Booking:
        """A walker whom a stand-by has replaced is a stranger, and still heard when her tap proves that she was there."""
        try:
            return await self._bookings.walked_by(booking_id, self._who.person_id)
        except NotFound:
            if name in PROOFS:
                await LateProofs(database=self._res.database).hear(
                    booking_id, self._who.person_id, claimed=body.at, now=self._res.clock.now()
                )
            raise
