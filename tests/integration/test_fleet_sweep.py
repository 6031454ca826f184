"""The sweep of a fleet that was not swept for long: all is told, in order for each booking, whatever stops it midway."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from dogwalk.adapters.booking_workflows import BookingWorkflows
from dogwalk.domain.ladder import Rung
from dogwalk.services.fleet.sweep import FleetSweep
from tests.support.rows import MARKET, make_booking, make_person, make_policy, open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from dogwalk.contracts.booking import RungReached
    from tests.support.database import Template

FLEET = 1_200
FORGOTTEN = [
    Rung.OVERRUN,
    Rung.OVERRUN_TOLD,
    Rung.OVERRUN_ENDED,
    Rung.SILENT,
    Rung.SILENT_SMS,
    Rung.SILENT_CALL,
]  # of a walk whose end is two hours past
COPIES = text(
    """
    WITH quotes AS (
        INSERT INTO quote SELECT (jsonb_populate_record(quote, jsonb_build_object('id', gen_random_uuid()))).*
        FROM quote, generate_series(1, :n) RETURNING id
    )
    INSERT INTO booking
    SELECT (jsonb_populate_record(booking, jsonb_build_object('id', gen_random_uuid(), 'quote_id', quotes.id))).*
    FROM booking, quotes
    """
)


class Heard(BookingWorkflows):
    """Bookings that hear all they are told, until the sweep's worker dies."""

    def __init__(self, *, dies_after: int = 10**9) -> None:
        self._dies_after = dies_after
        self.rungs: dict[UUID, list[Rung]] = {}
        self.count = 0

    async def rung_reached(self, booking_id: UUID, reached: RungReached) -> None:
        if self.count >= self._dies_after:
            raise SystemError("killed")
        self.count += 1
        self.rungs.setdefault(booking_id, []).append(reached.rung)


@pytest.fixture
async def fleet(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Resources]:
    """Nobody is out."""
    async with open_rows(stack_environment, template) as resources:
        await make_policy(resources)
        yield resources


async def _goes_out(fleet: Resources, *, starts_at: datetime, started_at: datetime) -> UUID:
    out = {"status": "in_progress", "assigned_at": started_at, "started_at": started_at, "assignment_no": 1}
    owner_id, walker_id = await make_person(fleet), await make_person(fleet, "Bea Walker")
    return await make_booking(fleet, owner_id=owner_id, walker_id=walker_id, starts_at=starts_at, **out)


async def test_a_phone_that_falls_silent_before_the_booked_start_is_found(fleet: Resources) -> None:
    """Who starts a quarter of an hour early is out all the same."""
    now, running = fleet.clock.now(), Heard()
    early = await _goes_out(
        fleet, starts_at=now + timedelta(minutes=3), started_at=now - timedelta(minutes=11, seconds=30)
    )
    await _sweep(fleet, running)
    assert running.rungs == {early: [Rung.SILENT]}


async def test_what_was_told_before_a_worker_died_is_not_told_again(fleet: Resources) -> None:
    starts_at = fleet.clock.now() - timedelta(hours=2, minutes=30)
    await _goes_out(fleet, starts_at=starts_at, started_at=starts_at)
    async with fleet.database.transaction() as session:
        await session.execute(COPIES, {"n": FLEET - 1})
    first, second, third = Heard(dies_after=3_000), Heard(), Heard()
    with pytest.raises(SystemError):
        await _sweep(fleet, first)
    await _sweep(fleet, second)
    await _sweep(fleet, third)
    assert first.rungs.keys() | second.rungs.keys() == await _ids(fleet)
    assert Counter(map(tuple, second.rungs.values())).keys() == {tuple(FORGOTTEN)}, "each in its order"
    assert first.count + second.count < (FLEET + 200) * len(FORGOTTEN)
    assert third.count == 0


async def _sweep(fleet: Resources, running: Heard) -> None:
    await FleetSweep(database=fleet.database, running=running).sweep_market(MARKET, at=fleet.clock.now())


async def _ids(fleet: Resources) -> set[UUID]:
    async with fleet.database.transaction() as session:
        return set(await session.scalars(text("SELECT id FROM booking")))
