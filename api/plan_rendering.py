"""Weekly plans as answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.schemas.money import Money
from api.schemas.plan import (
    OccurrenceView,
    PlanBreak,
    PlanTerms,
    PlanView,
    StatementLine,
    StatementView,
    WeeklyWalk,
)

if TYPE_CHECKING:
    from dogwalk.db.models.booking import Booking
    from dogwalk.db.models.plan import PlanOccurrence, PlanStatement
    from dogwalk.services.plan import reading


def plan_view(view: reading.PlanView) -> PlanView:
    row = view.plan
    return PlanView(
        id=row.id,
        status=row.status,
        home_id=row.home_id,
        time_zone=view.time_zone,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        terms=[_terms(one) for one in view.terms],
        breaks=[PlanBreak(kind=one.kind, first_on=one.first_on, last_on=one.last_on) for one in view.breaks],
        created_at=row.created_at,
        ended_at=row.ended_at,
    )


def occurrence_view(found: tuple[PlanOccurrence, Booking | None]) -> OccurrenceView:
    row, booking = found
    return OccurrenceView(
        date=row.local_date,
        at=f"{row.at:%H:%M}",
        starts_at=row.starts_at,
        state=row.state,
        code=row.code,
        booking_id=booking.id if booking else None,
        booking_status=booking.status if booking else None,
        booking_outcome=booking.outcome if booking else None,
        total=Money(amount=booking.total, currency=booking.currency) if booking else None,
    )


def statement_view(row: PlanStatement) -> StatementView:
    return StatementView(
        week_of=row.week_of,
        walks=row.walks,
        total=Money(amount=row.captured - row.refunded, currency=row.currency),
        captured=Money(amount=row.captured, currency=row.currency),
        refunded=Money(amount=row.refunded, currency=row.currency),
        lines=[
            StatementLine(
                booking_id=line["booking_id"],
                starts_at=line["starts_at"],
                outcome=line["outcome"],
                captured=Money(amount=line["captured"], currency=row.currency),
                refunded=Money(amount=line["refunded"], currency=row.currency),
            )
            for line in row.lines
        ],
        created_at=row.created_at,
    )


def _terms(view: reading.TermsView) -> PlanTerms:
    row = view.terms
    return PlanTerms(
        effective_from=row.effective_from,
        effective_until=row.effective_until,
        weekly=[WeeklyWalk(weekday=weekday, at=f"{at:%H:%M}") for weekday, at in view.weekly],
        service=row.service,
        dog_ids=row.dog_ids,
        preferred_walker_ids=row.preferred_walker_ids,
        payment_method_id=row.payment_method_id,
    )
