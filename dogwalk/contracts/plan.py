"""What goes into and comes out of the `Plan` workflow and its activities. What a plan asks for stands in Postgres, written
by these activities alone; payloads carry ids, days, wall times and moments.
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from pydantic import Field

from dogwalk.contracts.base import Payload
from dogwalk.domain.plan import BreakKind, PlanStatus

WORKFLOW = "Plan"


def workflow_id(plan_id: UUID | str) -> str:
    return f"plan-{plan_id}"


class PlanState(Payload):
    """Answered by the query `state`. `versions` counts the attempts to change it: a number is used up by the attempt."""

    version: int = 0
    versions: int = 0
    status: PlanStatus = PlanStatus.ACTIVE
    over: bool = False


class PlanRequest(Payload):
    """Starts the workflow, and every run that continues it. `passes_per_run`: how often it looks at its days before it
    continues as new.
    """

    plan_id: UUID
    owner_id: UUID
    market_id: str
    area: str
    retry_after_s: int
    passes_per_run: int = 26
    state: PlanState = PlanState()


class PlanChange(Payload):
    """One step of a plan: who, when, and its number."""

    plan_id: UUID
    version: int
    at: datetime
    actor: str = "system"


# --- the days ------------------------------------------------------------------------------------------------------


class LookAhead(Payload):
    plan_id: UUID
    at: datetime


class Occurrence(Payload):
    """One walk of the series. `round` counts how often it is made; the booking's id follows from all of these."""

    plan_id: UUID
    local_date: date
    wall_time: time
    round: int
    terms_number: int
    starts_at: datetime


class Outlook(Payload):
    """What is to be done now, and when to look again; None: not before somebody changes the plan. `over`: nothing will
    ever be left to do.
    """

    make: list[Occurrence] = Field(default_factory=list)
    drop: list[Occurrence] = Field(default_factory=list)
    statements: list[date] = Field(default_factory=list)
    look_again_at: datetime | None = None
    over: bool = False


class OccurrenceStep(Payload):
    occurrence: Occurrence
    at: datetime


class GiveUpOccurrence(Payload):
    """It cannot be booked, for the reason `code`."""

    occurrence: Occurrence
    at: datetime
    code: str


class StatementStep(Payload):
    """`week_of` is the week's Monday at home."""

    plan_id: UUID
    week_of: date
    at: datetime


# --- commands (updates) --------------------------------------------------------------------------------------------


class Weekly(Payload):
    """`weekday` 0 is Monday; `at` is the wall time at home."""

    weekday: int
    at: time


class ChangePlan(Payload):
    """None leaves as it is. From `effective_from` on, until `effective_until` included; `ends_on` is the series' own end,
    taken over only with `moves_end`.
    """

    effective_from: date
    effective_until: date | None = None
    weekly: list[Weekly] | None = None
    service: str | None = None
    dog_ids: list[UUID] | None = None
    preferred_walker_ids: list[UUID] | None = None
    payment_method_id: str | None = None
    moves_end: bool = False
    ends_on: date | None = None


class TakeBreak(Payload):
    """`last_on` None is until further notice."""

    kind: BreakKind
    first_on: date
    last_on: date | None = None


class ResumePlan(Payload):
    """`first_on` is walked again."""

    first_on: date


class EndPlan(Payload):
    by: str = "owner"


class ChangePlanRequest(Payload):
    change: PlanChange
    command: ChangePlan


class TakeBreakRequest(Payload):
    change: PlanChange
    command: TakeBreak


class ResumePlanRequest(Payload):
    change: PlanChange
    command: ResumePlan


class EndPlanRequest(Payload):
    change: PlanChange


class PlanChanged(Payload):
    status: PlanStatus


class PlanAcknowledged(Payload):
    """A command's answer: the plan as it stands."""

    state: PlanState
