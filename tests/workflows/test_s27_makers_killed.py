"""S27: the workers that make a plan's days are killed at it, and no day is made twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.mortal_workers import Death, Workers
from tests.support.plans import days_from_today, make_plan
from tests.support.world import open_world

if TYPE_CHECKING:
    from tests.support.database import Template

EVERY_DAY = range(7)
MAKING = ("plan.look_ahead", "occurrence.book")


@pytest.mark.timeout(300)
async def test_s27_workers_killed_while_making_days_make_no_double(
    stack_environment: dict[str, str], template: Template
) -> None:
    """Each of them survived side by side: they wait for time-outs, mostly."""
    deaths = [Death(activity, moment) for activity in MAKING for moment in ("before", "after")]
    told = await asyncio.gather(
        *(_survive(stack_environment, template, death) for death in deaths), return_exceptions=True
    )
    assert [f"{death}: {error}" for death, error in zip(deaths, told, strict=True) if error] == []


async def _survive(environment: dict[str, str], template: Template, death: Death) -> None:
    async with open_world(environment, template, workers=False) as world:
        workers = Workers(world.environment)
        workers.start(death)
        try:
            await world.town.walker()
            owner = await world.town.owner()
            plan = await make_plan(world, owner, weekdays=EVERY_DAY, starts_on=days_from_today(world, 10))
            await workers.killed()
            workers.start()
            await plan.is_standing(*(plan.today + timedelta(days=n) for n in range(10, 14)), timeout_s=120)
            bookings = await plan.bookings()
            assert [one.id for one in bookings] == [row.booking_id for row in (await plan.standing()).values()]
        finally:
            await workers.stop()
