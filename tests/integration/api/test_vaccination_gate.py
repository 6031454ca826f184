"""A market that asks for vaccinations: quoted, booked and moved only as far as they reach."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dogwalk.db.models.household import Dog
from dogwalk.domain.policy import Gates, MarketPolicy
from dogwalk.domain.role import Role
from tests.support.households import LAT, LON, Phone, pointers
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.api import Api
    from tests.support.database import Template
    from tests.support.people import Owner

STRICT = MarketPolicy(version="strict", gates=Gates(vaccination_required=True))


@pytest.fixture
async def world(stack_environment: dict[str, str], template: Template) -> AsyncIterator[World]:
    async with open_world(stack_environment, template, policy=STRICT) as opened:
        yield opened


async def vaccinated(world: World, owner: Owner, *dates: date | None) -> None:
    async with world.resources.database.transaction() as session:
        for dog_id, until in zip(owner.dog_ids, dates, strict=True):
            (await session.get_one(Dog, dog_id)).vaccinated_until = until


def wish(owner: Owner, starts_at: datetime) -> dict[str, Any]:
    dog_ids = [str(dog_id) for dog_id in owner.dog_ids]
    return {
        "home_id": str(owner.home_id),
        "dog_ids": dog_ids,
        "service": "walk_30",
        "starts_at": starts_at.isoformat(),
    }


def at_noon(world: World, *, days: int) -> datetime:
    return (world.now() + timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)


async def test_a_quote_names_the_dogs_whose_vaccination_ends_before(world: World, desk: Api) -> None:
    owner, starts_at = await world.town.owner(dogs=3), at_noon(world, days=3)
    hers, last_day = Phone(api=desk, who=desk.signed_in(owner.id, Role.OWNER)), starts_at.date()
    await vaccinated(world, owner, last_day, last_day - timedelta(days=1), None)
    refused = await hers.post("/v1/quotes", wish(owner, starts_at))
    assert (refused.json()["code"], pointers(refused)) == ("vaccination_required", {"/dog_ids/1", "/dog_ids/2"})
    assert refused.json()["needed_until"] == last_day.isoformat()
    await vaccinated(world, owner, last_day, last_day, last_day)
    assert (await hers.post("/v1/quotes", wish(owner, starts_at))).status_code == 201


async def test_what_was_said_when_it_was_quoted_must_hold_when_it_is_booked(world: World, desk: Api) -> None:
    owner, starts_at = await world.town.owner(), at_noon(world, days=3)
    hers = Phone(api=desk, who=desk.signed_in(owner.id, Role.OWNER))
    await vaccinated(world, owner, starts_at.date())
    quote = (await hers.post("/v1/quotes", wish(owner, starts_at))).json()
    await hers.patch(f"/v1/dogs/{owner.dog_ids[0]}", {"vaccinated_until": str(world.now().date())})
    body = {"quote_id": quote["id"], "payment_method_id": owner.payment_method_id}
    refused = await hers.post("/v1/bookings", body)
    assert (refused.json()["code"], pointers(refused)) == ("vaccination_required", {"/quote_id"})
    await hers.patch(f"/v1/dogs/{owner.dog_ids[0]}", {"vaccinated_until": str(starts_at.date())})
    assert (await hers.post("/v1/bookings", body)).status_code == 202


async def test_a_walk_is_not_moved_past_it(world: World, desk: Api) -> None:
    owner, walker, starts_at = await world.town.owner(), await world.town.walker(), at_noon(world, days=3)
    hers = Phone(api=desk, who=desk.signed_in(owner.id, Role.OWNER))
    await vaccinated(world, owner, starts_at.date())
    booking_id = await world.book(owner, starts_in=starts_at - world.now())
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    path = f"/v1/bookings/{booking_id}/reschedule"
    refused = await hers.post(path, {"starts_at": (starts_at + timedelta(days=1)).isoformat()})
    assert (refused.json()["code"], pointers(refused)) == ("vaccination_required", {"/starts_at"})
    assert (await hers.post(path, {"starts_at": (starts_at + timedelta(hours=1)).isoformat()})).status_code == 201


async def test_the_market_says_what_it_asks_for(world: World, desk: Api) -> None:
    found = (await desk.http.get(f"/v1/config?lat={LAT}&lon={LON}")).json()
    assert found["requirements"] == {"vaccination": True, "report": False}
