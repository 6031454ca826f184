"""Whatever is asked, the answer is one the document names: no 500, no unknown status, header, media type or field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from dogwalk.db.models.base import uuid7
from dogwalk.db.models.booking import Booking
from dogwalk.db.repositories import booking as bookings
from dogwalk.domain.role import Role
from tests.support.api import Api, open_api
from tests.support.fuzzing import (
    cases_of,
    conforms,
    every_operation,
    is_stream,
    made_known,
    path_of_nothing,
    request_of,
)
from tests.support.households import publish_market
from tests.support.rows import MARKET, make_booking, make_person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schemathesis.schemas import APIOperation

    from tests.support.database import Template

ROLES = (Role.OWNER, Role.WALKER, Role.SUPPORT)
STREAM_S = 0.3
OPERATIONS = every_operation()
OF_ONE_THING = [one for one in OPERATIONS if "_id}" in one.path and one.method.upper() in {"GET", "DELETE"}]


@pytest.fixture(scope="module")
async def served(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template, command_timeout_s=1.0) as opened:
        await publish_market(opened)
        await publish_market(opened, market_id=MARKET)
        yield opened


@pytest.mark.parametrize("operation", OPERATIONS, ids=[one.label for one in OPERATIONS])
async def test_every_answer_is_one_the_document_names(served: Api, operation: APIOperation) -> None:
    person_id = (await served.caller(*ROLES)).person_id
    walked = await make_booking(served.resources, owner_id=await make_person(served.resources), walker_id=person_id)
    owned = await make_booking(served.resources, owner_id=person_id)
    there = [await ids_around(served, booking_id) for booking_id in (owned, walked)]
    for number, case in enumerate(cases_of(operation)):
        if number % 3:
            made_known(case, there[number % 3 - 1])
        answer = await served.http.send(request_of(case, headers_of(served, person_id, operation)))
        assert answer.status_code != 500, answer.text
        conforms(case, answer)


@pytest.mark.parametrize("operation", OF_ONE_THING, ids=[one.label for one in OF_ONE_THING])
async def test_what_is_not_there_is_404(served: Api, operation: APIOperation) -> None:
    headers = headers_of(served, (await served.caller(*ROLES)).person_id, operation)
    query = {one.name: QUERY[one.name] for one in operation.query if one.is_required}
    answer = await served.http.request(operation.method, path_of_nothing(operation), params=query, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# What a look-up cannot do without.
QUERY = {"from": "2027-01-01T00:00:00Z", "to": "2027-01-02T00:00:00Z", "duration_s": 1800}


async def ids_around(api: Api, booking_id: UUID) -> dict[str, Any]:
    async with api.resources.database.transaction() as session:
        booking = await session.get_one(Booking, booking_id)
        [dog] = await bookings.dogs_of(session, booking_id)
    found = {"booking_id": booking_id, "home_id": booking.home_id, "dog_id": dog.id}
    return {**{name: str(value) for name, value in found.items()}, "dog_ids": [str(dog.id)], "service": "walk_30"}


def headers_of(api: Api, person_id: UUID, operation: APIOperation) -> dict[str, str]:
    """A new session each time: one of the calls is the log-out. A stream ends when its token does."""
    now = datetime.now(UTC)
    token = api.resources.access_tokens.issue(
        person_id=person_id,
        session_id=uuid7(),
        roles=ROLES,
        acr="pwd",
        authenticated_at=now,
        expires_at=now + timedelta(seconds=STREAM_S if is_stream(operation) else 600),
    )
    return {"Authorization": f"Bearer {token}"}
