"""S01: a walk within four days; the first walker accepts; all five commands; one receipt, balanced books."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from dogwalk.domain.reporting import Happening, ReportEvent
from dogwalk.services.walk_report import WalkReports
from tests.support.commands import commands_of
from tests.support.conversing import write_to
from tests.support.histories import KeptHistory
from tests.support.photos import send_photo

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.db.models.booking import Booking
    from tests.support.people import Owner
    from tests.support.world import World

# completed.json, and one completed_since_<patch>.json for each change of the order
RECORDED = sorted((Path(__file__).parents[1] / "replay" / "histories").glob("completed*.json"))


async def _walked(world: World, owner: Owner, walker: UUID) -> Booking:
    """From the request to the closed books."""
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    return await world.closed(booking_id)


async def test_s01_a_walk(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    row = await _walked(world, owner, walker)
    booking_id = row.id
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert row.summary is not None
    assert row.summary["verdict"] == "served"
    assert await world.balances(booking_id) == {
        "held": 0,
        "owner": 0,
        "platform_revenue": -775,
        "stripe_balance": 775,
        "walker_payable": 0,
    }
    told = await world.told(booking_id)
    kinds = ["walker_assigned", "walker_on_the_way", "walker_arrived", "walk_started", "walk_finished", "receipt"]
    assert {kind: told[(kind, owner.id)] for kind in kinds} == dict.fromkeys(kinds, 1)
    assert [told[(kind, walker)] for kind in ("offer_made", "booking_assigned", "payout_sent")] == [1, 1, 1]


async def test_s01_keeps_within_its_budget(world: World) -> None:
    """performance.md B2: what a walk costs at Temporal."""
    booking_id = (await _walked(world, await world.town.owner(), await world.town.walker())).id
    cost = await world.cost(booking_id)
    assert cost.actions <= 20, cost
    assert cost.events <= 80, cost
    assert cost.size_bytes <= 20_000, cost


async def test_s01_with_photos_a_report_and_a_talk_the_owner_hears_once_and_it_costs_no_more(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    reports = WalkReports(database=world.resources.database, store=world.resources.objects)
    peed = ReportEvent(id=uuid4(), kind=Happening.PEE, at=world.now(), lat=40.7812, lon=-73.9665)
    await reports.write(booking_id, walker, notes="A good dog", events=[peed], at=world.now())
    for _ in range(3):
        await send_photo(world.resources, booking_id, walker)
        await write_to(world.resources, booking_id, walker, "We are in the park")
        await write_to(world.resources, booking_id, owner.id, "Lovely")
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker, at=(await world.row(booking_id)).ends_at)
    await world.status(booking_id, "completed")
    await world.eventually(lambda: _is_told(world, booking_id, owner))
    for _ in range(2):
        await reports.write(booking_id, walker, notes="A very good dog", events=[peed], at=world.now())
        await send_photo(world.resources, booking_id, walker)
    assert (await world.closed(booking_id)).outcome == "completed"
    card = [one.data for one in await world.outbox(booking_id) if one.kind == "report_card"]
    told = {"walker_id": str(walker), "photos": 3, "happened": [{"kind": "pee", "count": 1}]}
    assert card == [told, told], "by push and by mail"
    cost = await world.cost(booking_id)
    assert (cost.actions <= 20, cost.events <= 80, cost.size_bytes <= 20_000) == (True, True, True), cost


async def _is_told(world: World, booking_id: UUID, owner: Owner) -> bool:
    told = await world.told(booking_id)
    return (told[("receipt", owner.id)], told[("report_card", owner.id)]) == (1, 1)


async def test_s01_gives_its_commands_in_the_order_on_record(world: World) -> None:
    """Another order than any golden history's needs a patch and a golden history of the new way (CONTRIBUTING.md)."""
    booking_id = (await _walked(world, await world.town.owner(), await world.town.walker())).id
    given = commands_of((await world.handles[booking_id].fetch_history()).events)
    assert given in [commands_of(KeptHistory.load(path).history.events) for path in RECORDED]
