"""A walk is asked for at another time, and the other side agrees, as the API does it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from dogwalk.contracts.booking import AnswerReschedule, AskReschedule, BookingState, Price
from dogwalk.domain.pricing import SERVICE_FEE
from dogwalk.services.booking.reschedule import Asked, Reschedules

if TYPE_CHECKING:
    from datetime import timedelta

    from tests.support.world import World


async def ask(
    world: World, booking_id: UUID, person_id: UUID, *, by: timedelta, expected_total: int | None = None
) -> AskReschedule:
    """As the API does it."""
    starts_at = (await world.row(booking_id)).starts_at + by
    asked = Asked(
        booking_id=booking_id, person_id=person_id, starts_at=starts_at, expected_total=expected_total, at=world.now()
    )
    row, booking = await Reschedules(database=world.resources.database).ask(uuid4(), asked)
    fee = sum(line["amount"] for line in row.lines if line["kind"] == SERVICE_FEE)
    payload = AskReschedule(
        reschedule_id=row.id,
        by=row.asked_by,
        person_id=person_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        price=Price(
            currency=booking.currency,
            lines_total=row.total - fee,
            service_fee=fee,
            total=row.total,
            walker_share=row.walker_earns,
        ),
    )
    await world.command(booking_id, "ask_reschedule", payload)
    return payload


def answer(asked: AskReschedule, person_id: UUID) -> AnswerReschedule:
    by = "walker" if asked.by == "owner" else "owner"
    return AnswerReschedule(reschedule_id=asked.reschedule_id, by=by, person_id=person_id)


async def agree(world: World, booking_id: UUID, asked: AskReschedule, person_id: UUID) -> BookingState:
    return await world.command(booking_id, "accept_reschedule", answer(asked, person_id))
