"""Weekly plans over HTTP. Days and wall times are those of the home, through every change of its clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Schema
from api.schemas.booking import PaymentMethodId
from api.schemas.moment import LocalDate, WallTime
from api.schemas.money import Money
from api.schemas.quote import Service
from dogwalk.domain.booking import Outcome, Status
from dogwalk.domain.plan import BreakKind, OccurrenceState, PlanStatus


class WeeklyWalk(Schema):
    weekday: int = Field(ge=0, le=6, description="0 is Monday")
    at: WallTime


Weekly = Annotated[list[WeeklyWalk], Field(min_length=1, max_length=28)]
DogIds = Annotated[list[UUID], Field(min_length=1, max_length=10)]
PreferredWalkers = Annotated[list[UUID], Field(max_length=10)]


def _not_before(last: date | None, info: ValidationInfo, first: str) -> date | None:
    begins = info.data.get(first)
    if last is not None and begins is not None and last < begins:
        raise PydanticCustomError("ends_before_start", "must not lie before {first}", {"first": first})
    return last


class NewPlan(Schema):
    """`quote_id`: a quote of today for one such walk. Each walk is priced anew when it is booked, two weeks ahead."""

    home_id: UUID
    dog_ids: DogIds
    service: Service
    weekly: Weekly
    starts_on: LocalDate
    ends_on: LocalDate | None = None
    preferred_walker_ids: PreferredWalkers = Field(default_factory=list)
    payment_method_id: PaymentMethodId
    quote_id: UUID

    @field_validator("ends_on", mode="after")
    @classmethod
    def _ends_after_its_start(cls, ends_on: date | None, info: ValidationInfo) -> date | None:
        return _not_before(ends_on, info, "starts_on")


class PlanChange(Schema):
    """What is not named, or null, stays; `ends_on: null` alone takes the plan's end away. The change holds from
    `effective_from` (today, unless said otherwise) and, with `effective_until`, to that day: the same day twice changes
    one day alone.
    """

    effective_from: LocalDate | None = None
    effective_until: LocalDate | None = None
    weekly: Weekly | None = None
    service: Service | None = None
    dog_ids: DogIds | None = None
    preferred_walker_ids: PreferredWalkers | None = None
    payment_method_id: PaymentMethodId | None = None
    ends_on: LocalDate | None = None

    @field_validator("effective_until", mode="after")
    @classmethod
    def _holds_at_all(cls, until: date | None, info: ValidationInfo) -> date | None:
        return _not_before(until, info, "effective_from")


class Skip(Schema):
    date: LocalDate


class Pause(Schema):
    """From today unless said otherwise. With `until`, its last day, it is a vacation and ends by itself."""

    from_day: LocalDate | None = Field(default=None, alias="from")
    until: LocalDate | None = None

    @field_validator("until", mode="after")
    @classmethod
    def _ends_after_its_start(cls, until: date | None, info: ValidationInfo) -> date | None:
        return _not_before(until, info, "from_day")


class Resume(Schema):
    """`from` is walked again; today unless said otherwise."""

    from_day: LocalDate | None = Field(default=None, alias="from")


class PlanTerms(Schema):
    """What is walked from `effective_from`, until `effective_until` or further notice. Later ones in the list win."""

    effective_from: date
    effective_until: date | None
    weekly: list[WeeklyWalk]
    service: str
    dog_ids: list[UUID]
    preferred_walker_ids: list[UUID]
    payment_method_id: str


class PlanBreak(Schema):
    """No walk from `first_on` to `last_on`, both included; without a `last_on` until it is resumed."""

    kind: BreakKind
    first_on: date
    last_on: date | None


class PlanView(Schema):
    id: UUID
    status: PlanStatus
    home_id: UUID
    time_zone: str
    starts_on: date
    ends_on: date | None
    terms: list[PlanTerms]
    breaks: list[PlanBreak]
    created_at: datetime
    ended_at: datetime | None


class OccurrenceView(Schema):
    """One walk that was made, or could not be made (`broken`, with the `code`). `dropped` was called off by a change of
    the plan; `kept` would have cost something to call off and stays a booking of its own.
    """

    date: date
    at: str
    starts_at: datetime
    state: OccurrenceState
    code: str | None
    booking_id: UUID | None
    booking_status: Status | None
    booking_outcome: Outcome | None
    total: Money | None


class StatementLine(Schema):
    booking_id: UUID
    starts_at: datetime
    outcome: Outcome | None
    captured: Money
    refunded: Money


class StatementView(Schema):
    """One week, Monday to Sunday, as it stood on the Monday after. `total` is what was captured less what was refunded."""

    week_of: date
    walks: int
    total: Money
    captured: Money
    refunded: Money
    lines: list[StatementLine]
    created_at: datetime
