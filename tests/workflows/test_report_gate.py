"""A market that asks for report cards: a walker's pay waits a day for hers, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.db.repositories import walk_report
from dogwalk.domain.policy import Gates, MarketPolicy

if TYPE_CHECKING:
    from tests.support.world import World

DUE = timedelta(hours=48)


@pytest.fixture
def policy() -> MarketPolicy:
    return MarketPolicy(gates=Gates(report_required=True))


@pytest.mark.parametrize("is_written", [True, False], ids=["with a report", "without one"])
async def test_pay_waits_for_the_report_card_and_is_paid_in_the_end(world: World, is_written: bool) -> None:  # noqa: FBT001 parametrized
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    if is_written:
        async with world.resources.database.transaction() as session:
            await walk_report.put(
                session, booking_id, walker_id=walker, notes="All well", events=[], written_at=world.now()
            )
    row = await world.closed(booking_id)
    assert row.closed_at is not None
    assert row.ended_at is not None
    waited = row.closed_at - row.ended_at
    assert (waited < DUE + timedelta(hours=1)) == is_written
    assert waited < DUE + timedelta(hours=25)
    assert (await world.told(booking_id))["payout_sent", walker] == 1
