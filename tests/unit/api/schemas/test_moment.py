from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from api.schemas.moment import Moment

API = Path(__file__).resolve().parents[4] / "api"
adapter: TypeAdapter[datetime] = TypeAdapter(Moment)


def test_it_is_told_in_any_zone_and_kept_in_utc() -> None:
    found = adapter.validate_python("2026-11-27T10:00:00+02:00")
    assert (found, found.tzinfo) == (datetime(2026, 11, 27, 8, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    "told", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31T23:59:59Z", "2026-11-27T10:00:00"]
)
def test_the_ends_of_the_calendar_and_times_without_a_zone_are_refused(told: str) -> None:
    with pytest.raises(ValidationError):
        adapter.validate_python(told)


def test_requests_name_their_times_as_moments() -> None:
    bare = [str(path) for path in API.rglob("*.py") if "AwareDatetime" in path.read_text() and path.name != "moment.py"]
    assert bare == [], "take api.schemas.moment.Moment instead of AwareDatetime: its ends overflow in Postgres"
