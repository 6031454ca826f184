"""S25: an incident during the walk: nothing goes on by itself until support releases it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.contracts.booking import ReportIncident
from dogwalk.contracts.support import SupportCommand
from dogwalk.domain.incident import IncidentKind
from dogwalk.services.support.grants import Grants

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World

TOTAL = 2775


async def test_s25_an_incident_stops_word_and_pay_until_it_is_released(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    bite = ReportIncident(by="walker", person_id=walker, kind=IncidentKind.BITE)
    await world.command(booking_id, "report_incident", bite)
    assert (await world.row(booking_id)).incident
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker, at=(await world.row(booking_id)).ends_at)
    told = await world.told(booking_id)
    assert told[("incident_reported", owner.id)] == told[("incident_contact", owner.id)] == 1
    assert told[("walk_finished", owner.id)] == 0
    await world.advance(booking_id, timedelta(hours=23))
    assert (await world.row(booking_id)).payment_status == "held"
    await world.advance(booking_id, timedelta(hours=2))
    await world.eventually(lambda: _captured(world, booking_id))
    await world.advance(booking_id, timedelta(hours=72))
    row = await world.row(booking_id)
    assert (row.status, row.outcome) == ("completed", "completed")
    released = Grants(vault=world.resources.vault).mint(
        "release_incident", booking_id, SupportCommand(reason="all well"), at=world.now()
    )
    await world.command(booking_id, "release_incident", released)
    row = await world.closed(booking_id)
    assert (row.payment_status, row.incident) == ("captured", False)
    assert (await world.payments(booking_id))[0].amount_captured == TOTAL
    assert (await world.told(booking_id))[("payout_sent", walker)] == 1


async def _captured(world: World, booking_id: UUID) -> bool:
    return (await world.row(booking_id)).payment_status == "captured"
