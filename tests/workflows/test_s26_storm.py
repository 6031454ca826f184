"""S26: a storm over an area: after a dry run every waiting booking there is called off free of charge, walks in progress
are only told, and nobody outside hears of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from dogwalk.contracts.booking import AcceptOffer
from dogwalk.contracts.support import Delay
from dogwalk.db.models.booking import Booking
from dogwalk.db.models.household import Home
from dogwalk.db.repositories import audit, support_task
from dogwalk.domain.area_action import AreaActionKind, Cause
from dogwalk.errors import Conflict
from dogwalk.services.support.areas import AreaActions, NewAreaAction
from dogwalk.services.support.grants import Grants
from tests.support.deeds import AGENT, deeds_on, with_grant
from tests.support.people import LAT, LON
from tests.support.rows import make_person

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.services.support.areas import AreaActionView
    from tests.support.world import World

HOURS = timedelta(hours=1)
FAR_LAT = LAT + 0.2  # 22 km


def _square(half: float = 0.05) -> dict[str, Any]:
    west, east, south, north = LON - half, LON + half, LAT - half, LAT + half
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def _areas(world: World) -> AreaActions:
    grants = Grants(vault=world.resources.vault)
    return AreaActions(database=world.resources.database, running=world.running, grants=grants)


async def _plan(world: World, **changed: Any) -> AreaActionView:
    given = {
        "area": _square(),
        "begins": world.now() - HOURS,
        "ends": world.now() + 12 * HOURS,
        "action": AreaActionKind.CANCEL_FREE,
        "cause": Cause.STORM,
        "delay_s": 0,
        "reason": "storm warning",
        "asked_by": await make_person(world.resources, "Agent"),
        **changed,
    }
    return await _areas(world).plan(NewAreaAction(**given), at=world.now())


async def _book(world: World, starts_in: timedelta, *, lat: float = LAT) -> UUID:
    owner = await world.town.owner()
    booking_id = await world.book(owner, starts_in=starts_in)
    async with world.resources.database.transaction() as session:
        await session.execute(update(Home).where(Home.id == owner.home_id).values(lat=lat))
    await world.status(booking_id, "matching")
    return booking_id


async def _assigned(world: World, starts_in: timedelta, *, lat: float = LAT) -> tuple[UUID, UUID]:
    walker = await world.town.walker()
    booking_id = await _book(world, starts_in, lat=lat)
    await world.accept(booking_id, walker)
    return booking_id, walker


async def _became(world: World, booking_id: UUID, outcome: str) -> None:
    async def reached() -> bool:
        return (await world.row(booking_id)).outcome == outcome

    await world.eventually(reached)


async def test_s26_waiting_ones_are_cancelled_free_walks_under_way_are_told_and_others_untouched(world: World) -> None:
    noon = world.now()
    walking, walker = await _assigned(world, 5 * HOURS)
    coming, his = await _assigned(world, 3 * HOURS)
    await world.town.walker(service_radius_m=50_000)  # to be asked, and not to answer
    asked, elsewhere, later = (
        await _book(world, 4 * HOURS),
        await _book(world, 4 * HOURS, lat=FAR_LAT),
        await _book(world, 40 * HOURS),
    )
    await world.set_out(walking, walker)
    planned = await _plan(world, begins=noon, ends=noon + 12 * HOURS)
    assert {row.booking_id: row.effect for row, _ in planned.results} == {
        walking: "tell",
        coming: "cancel",
        asked: "cancel",
    }
    assert (await world.row(coming)).status == "assigned"
    missed = await _book(world, 4 * HOURS)
    by = await make_person(world.resources, "Second")
    done = await _areas(world).execute(planned.action.id, by=by, reason="go", at=world.now())
    assert done.action.state == "done"
    for booking_id in (coming, asked):
        await _became(world, booking_id, "cancelled_by_support")
        row = await world.closed(booking_id)
        assert row.payment_status == "released"
    assert (await world.told(coming))[("booking_cancelled", his)] == 1
    await world.eventually(lambda: _warned(world, walking, walker))
    assert (await world.row(walking)).status == "in_progress"
    for booking_id in (elsewhere, later, missed):
        assert (await world.row(booking_id)).status == "matching"
        assert not any(kind in {"booking_cancelled", "area_warning"} for kind, _ in await world.told(booking_id))
    await world.walk_for(walking, timedelta(minutes=30))
    await world.step(walking, "finish", walker)
    assert (await world.closed(walking)).outcome == "completed"


async def test_s26_told_twice_it_is_done_once(world: World) -> None:
    booking_id, walker = await _assigned(world, 5 * HOURS)
    await world.set_out(booking_id, walker)
    planned = await _plan(world, action=AreaActionKind.NOTIFY)
    by = await make_person(world.resources, "Second")
    await _areas(world).execute(planned.action.id, by=by, reason="go", at=world.now())
    await world.eventually(lambda: _warned(world, booking_id, walker))
    async with world.resources.database.transaction() as session:
        action = await session.merge(planned.action)
        action.state = "running"
    await _areas(world).go_on()
    await _areas(world).execute(planned.action.id, by=by, reason="go", at=world.now())
    async with world.resources.database.transaction() as session:
        deeds = [deed.action for deed in await audit.of_booking(session, booking_id)]
    assert deeds == ["notify"]


async def test_s26_a_dry_run_of_yesterday_executes_nothing(world: World) -> None:
    booking_id, _ = await _assigned(world, 5 * HOURS)
    planned = await _plan(world)
    late = world.now() + timedelta(minutes=61)
    with pytest.raises(Conflict) as refused:
        await _areas(world).execute(planned.action.id, by=planned.action.asked_by, reason="go", at=late)
    assert refused.value.code == "dry_run_expired"
    assert (await world.row(booking_id)).status == "assigned"


async def test_s26_a_delay_moves_the_walk_and_nobody_is_late(world: World) -> None:
    booking_id, walker = await _assigned(world, 3 * HOURS)
    start = (await world.row(booking_id)).starts_at
    planned = await _plan(world, action=AreaActionKind.DELAY, delay_s=3600)
    by = await make_person(world.resources, "Second")
    await _areas(world).execute(planned.action.id, by=by, reason="go", at=world.now())

    async def moved() -> bool:
        return (await world.row(booking_id)).starts_at == start + HOURS

    await world.eventually(moved)
    assert (await world.told(booking_id))[("walk_delayed", walker)] == 1
    [deed] = await deeds_on(world, booking_id)
    assert (deed.actor, deed.action, deed.data) == (str(by), "delay", {"by_s": 3600}), "proven, not said"
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert (await world.balances(booking_id)).get("platform_cost", 0) == 0


async def test_s26_a_delayed_walk_has_stand_bys_of_its_own(world: World) -> None:
    """Who was asked for the old time cannot take it from a walker who is not late any more, and is asked at the new one."""
    booking_id, first = await _assigned(world, 3 * HOURS)
    second = await world.town.walker()
    await world.advance(booking_id, 3 * HOURS + timedelta(minutes=11))
    await world.eventually(lambda: _offers(world, booking_id, second, 1))
    storm = Delay(reason="storm", actor_id=AGENT, action_id=uuid4(), cause="storm", by_s=3600)
    await world.handles[booking_id].signal("delay", with_grant(world, "delay", booking_id, storm))
    assert await world.refused(booking_id, "accept_offer", AcceptOffer(walker_id=second)) == "offer_taken"
    assert (await world.row(booking_id)).walker_id == first
    await world.advance(booking_id, HOURS)
    await world.eventually(lambda: _offers(world, booking_id, second, 2))
    assert (await world.accept(booking_id, second)).walker_id == second


async def _offers(world: World, booking_id: UUID, walker: UUID, wanted: int) -> bool:
    return (await world.told(booking_id))[("offer_made", walker)] == wanted


async def test_s26_a_delay_into_the_walkers_next_walk_is_a_task_for_support(world: World) -> None:
    booking_id, walker = await _assigned(world, 3 * HOURS)
    second = await _book(world, 4 * HOURS, lat=FAR_LAT - 0.19)
    await world.accept(second, walker)
    start = (await world.row(booking_id)).starts_at
    planned = await _plan(
        world, action=AreaActionKind.DELAY, delay_s=3600, ends=world.now() + timedelta(hours=3, minutes=10)
    )
    await _areas(world).execute(planned.action.id, by=planned.action.asked_by, reason="go", at=world.now())

    async def tasks() -> list[str]:
        async with world.resources.database.transaction() as session:
            return [task.kind for task in await support_task.of_booking(session, booking_id)]

    assert await world.eventually(tasks) == ["delay_conflict"]
    assert (await world.row(booking_id)).starts_at == start
    async with world.resources.database.transaction() as session:
        assert (await session.get_one(Booking, booking_id)).walker_id == walker


async def _warned(world: World, booking_id: UUID, walker: UUID) -> bool:
    return (await world.told(booking_id))[("area_warning", walker)] == 1
