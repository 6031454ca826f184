"""Times that requests name: moments, and times on a wall's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _within_reach(at: datetime) -> datetime:
    """At the ends of the calendar a change of zone overflows, in Python and in Postgres."""
    if not EARLIEST <= at <= LATEST:
        raise PydanticCustomError("out_of_reach", "must lie between the years 1900 and 2200")
    return at.astimezone(UTC)


def _day_within_reach(day: date) -> date:
    if not EARLIEST.date() <= day <= LATEST.date():
        raise PydanticCustomError("out_of_reach", "must lie between the years 1900 and 2200")
    return day


Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:30"])]
LocalDate = Annotated[date, AfterValidator(_day_within_reach), Field(examples=["2027-03-01"])]
