"""Another time for a walk: either side asks, the other agrees or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import Principal, Res, SignedIn
from api.errors import problems
from api.idempotency import Once
from api.readers import Bookings
from api.rendering import reschedule_view
from api.running import Running, command
from api.schemas.reschedule import NewReschedule, Reschedule
from dogwalk.contracts.booking import AnswerReschedule, AskReschedule, Price
from dogwalk.domain.pricing import SERVICE_FEE
from dogwalk.errors import Conflict
from dogwalk.services.booking.reschedule import Asked, Reschedules

if TYPE_CHECKING:
    from dogwalk.adapters.booking_workflows import BookingWorkflows
    from dogwalk.bootstrap import Resources
    from dogwalk.db.models import booking as models
    from dogwalk.services.booking.reading import BookingReader

router = APIRouter(tags=["booking"])


async def _reschedules(res: Res) -> Reschedules:
    return Reschedules(database=res.database)


Times = Annotated[Reschedules, Depends(_reschedules)]


@router.post("/v1/bookings/{booking_id}/reschedule", status_code=201, responses=problems(404, 409, 503))
async def ask(
    booking_id: UUID,
    body: NewReschedule,
    who: SignedIn,
    res: Res,
    times: Times,
    bookings: Bookings,
    running: Running,
    once: Once,
) -> Reschedule:
    """Asks for another time; the other side is told. Where the walk costs something else then, the owner is shown the
    price first: 409 `price_changed` with `total` and `lines`, until `expected_total` says so.
    """

    async def work(reschedule_id: UUID) -> Reschedule:
        row, booking = await times.ask(reschedule_id, _asked(booking_id, body, who, res))
        if body.expected_total is not None and body.expected_total.currency != booking.currency:
            raise Conflict(f"This booking is in {booking.currency}", code="price_changed")
        payload = AskReschedule(
            reschedule_id=row.id,
            by=row.asked_by,
            person_id=who.person_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            price=_price(row, booking),
        )
        await command(
            running,
            bookings,
            booking_id=booking_id,
            name="ask_reschedule",
            payload=payload,
            update_id=once.fingerprint,
        )
        return reschedule_view(await times.latest(booking_id, who.person_id, at=res.clock.now()))

    return await once.create(work)


@router.get("/v1/bookings/{booking_id}/reschedule", responses=problems(404))
async def get_reschedule(booking_id: UUID, who: SignedIn, res: Res, times: Times) -> Reschedule:
    """What was asked for last, with the price it would have, and what became of it."""
    return reschedule_view(await times.latest(booking_id, who.person_id, at=res.clock.now()))


@router.post("/v1/bookings/{booking_id}/reschedule/accept", responses=problems(404, 409, 503))
async def accept(
    booking_id: UUID, who: SignedIn, res: Res, times: Times, bookings: Bookings, running: Running, once: Once
) -> Reschedule:
    """Agrees to the time and its price: the walk moves, or 409 `walker_conflict`, `payment_failed`, `reschedule_lapsed`."""
    answer = Answer(res, times, bookings, running, once, who)
    return await once.run(lambda: answer.give("accept_reschedule", booking_id))


@router.post("/v1/bookings/{booking_id}/reschedule/decline", responses=problems(404, 409, 503))
async def decline(
    booking_id: UUID, who: SignedIn, res: Res, times: Times, bookings: Bookings, running: Running, once: Once
) -> Reschedule:
    """The walk stays as it is."""
    answer = Answer(res, times, bookings, running, once, who)
    return await once.run(lambda: answer.give("decline_reschedule", booking_id))


class Answer:
    """One answer of one person, to what was asked for last."""

    def __init__(
        self,
        res: Resources,
        times: Reschedules,
        bookings: BookingReader,
        running: BookingWorkflows,
        once: Once,
        who: Principal,
    ) -> None:
        self._res = res
        self._times = times
        self._bookings = bookings
        self._running = running
        self._once = once
        self._who = who

    async def give(self, name: str, booking_id: UUID) -> Reschedule:
        person_id, now = self._who.person_id, self._res.clock.now
        asked = await self._times.latest(booking_id, person_id, at=now())
        payload = AnswerReschedule(
            reschedule_id=asked.reschedule.id,
            by="owner" if asked.booking.owner_id == person_id else "walker",
            person_id=person_id,
        )
        await command(
            self._running,
            self._bookings,
            booking_id=booking_id,
            name=name,
            payload=payload,
            update_id=self._once.fingerprint,
        )
        return reschedule_view(await self._times.latest(booking_id, person_id, at=now()))


def _asked(booking_id: UUID, body: NewReschedule, who: Principal, res: Resources) -> Asked:
    return Asked(
        booking_id=booking_id,
        person_id=who.person_id,
        starts_at=body.starts_at,
        expected_total=body.expected_total.amount if body.expected_total else None,
        at=res.clock.now(),
    )


def _price(row: models.Reschedule, booking: models.Booking) -> Price:
    service_fee = sum(line["amount"] for line in row.lines if line["kind"] == SERVICE_FEE)
    return Price(
        currency=booking.currency,
        lines_total=row.total - service_fee,
        service_fee=service_fee,
        total=row.total,
        walker_share=row.walker_earns,
    )
