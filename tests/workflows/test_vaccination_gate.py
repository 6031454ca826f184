"""A weekly plan where the market asks for vaccinations: what they do not reach is not booked, and told two weeks ahead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.db.models.household import Dog
from dogwalk.domain.policy import Gates, MarketPolicy
from tests.support.plans import NOON, make_plan

if TYPE_CHECKING:
    from tests.support.people import Owner
    from tests.support.world import World

DAY = timedelta(days=1)


@pytest.fixture
def policy() -> MarketPolicy:
    return MarketPolicy(gates=Gates(vaccination_required=True))


async def _vaccinated(world: World, owner: Owner, until: date) -> None:
    async with world.resources.database.transaction() as session:
        (await session.get_one(Dog, owner.dog_ids[0])).vaccinated_until = until


async def test_what_a_vaccination_does_not_reach_waits_for_the_next_one(world: World) -> None:
    await world.town.walker()
    owner = await world.town.owner()
    fortnight = _noons_within_a_fortnight(world)
    first, last = fortnight[0], fortnight[-1]
    await _vaccinated(world, owner, fortnight[1])
    plan = await make_plan(world, owner, weekdays=range(7), starts_on=first, time_zone="UTC")

    unreached = len(fortnight) - 2

    async def broken() -> bool:
        return [row.code for row in await plan.rows() if row.state == "broken"] == ["vaccination_required"] * unreached

    await world.eventually(broken)
    await plan.is_standing(*fortnight[:2])
    assert (await plan.told())["plan_occurrence_broken"] == unreached
    await _vaccinated(world, owner, last + 365 * DAY)
    await plan.advance(DAY + timedelta(hours=1))
    await plan.is_standing(*fortnight, last + DAY)


def _noons_within_a_fortnight(world: World) -> list[date]:
    """From ten days ahead on: what a plan makes now."""
    last = (world.now() + timedelta(days=14) - timedelta(hours=NOON.hour)).date()
    first = world.now().date() + 10 * DAY
    return [first + n * DAY for n in range((last - first).days + 1)]
