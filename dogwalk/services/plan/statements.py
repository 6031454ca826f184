"""The week's statement: what each walk of it came to, as it stood on the Monday after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dogwalk.db.repositories import booking as bookings
from dogwalk.db.repositories import occurrence as occurrences
from dogwalk.db.repositories import outbox
from dogwalk.domain.notification import plan_messages
from dogwalk.domain.plan import DAY, WEEK
from dogwalk.services.booking.facts import money
from dogwalk.services.market import market_of
from dogwalk.services.plan.series import read

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.contracts.plan import StatementStep
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.plan import Plan, PlanStatement
    from dogwalk.db.session import Database


class Statements:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def make(self, step: StatementStep) -> str:
        """Written once, never changed; the owner is told in the batch that is answered."""
        batch = f"{step.plan_id}:statement:{step.week_of}"
        async with self._database.transaction() as session:
            plan = await read(session, step.plan_id)
            statement = await _written(session, plan, step)
            await outbox.add(
                session,
                plan_messages(
                    "plan_statement",
                    batch=batch,
                    person_id=plan.owner_id,
                    data={
                        "plan_id": str(plan.id),
                        "week_of": step.week_of.isoformat(),
                        "walks": statement.walks,
                        "total": money(statement.captured - statement.refunded, statement.currency),
                    },
                ),
                step.at,
            )
        return batch


async def _written(session: AsyncSession, plan: Plan, step: StatementStep) -> PlanStatement:
    walks = await occurrences.of_week(session, plan.id, first=step.week_of, last=step.week_of + WEEK - DAY)
    home = await bookings.home(session, plan.home_id)
    return await occurrences.add_statement(
        session,
        plan_id=plan.id,
        week_of=step.week_of,
        currency=(await market_of(session, home.market_id)).currency,
        walks=len(walks),
        captured=sum(captured for _, captured, _ in walks),
        refunded=sum(refunded for _, _, refunded in walks),
        lines=[_line(booking, captured, refunded) for booking, captured, refunded in walks],
        created_at=step.at,
    )


def _line(booking: Booking, captured: int, refunded: int) -> dict[str, Any]:
    return {
        "booking_id": str(booking.id),
        "starts_at": booking.starts_at.isoformat(),
        "outcome": booking.outcome,
        "captured": captured,
        "refunded": refunded,
    }
