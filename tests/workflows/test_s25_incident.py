"""S25: an incident during the walk: nothing goes on by itself until support releases it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from dogwalk.contracts.booking import CancelBooking, ReportIncident
from dogwalk.contracts.support import Reassign, SupportCommand
from dogwalk.db.models.payment import Payout
from dogwalk.domain.incident import IncidentKind
from dogwalk.domain.policy import DAY, Hold, MarketPolicy
from tests.support.deeds import with_grant

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.world import World

TOTAL = 2775


@pytest.fixture
def policy() -> MarketPolicy:
    """Held on session though the walk is a week away: it ends hours before its hold does."""
    return MarketPolicy(version="held-early", hold=Hold(on_session_within_s=20 * DAY))


async def _assigned(world: World, starts_in: timedelta = timedelta(hours=3)) -> tuple[UUID, UUID, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=starts_in)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id, owner.id, walker


async def _under_way(world: World, starts_in: timedelta = timedelta(hours=3)) -> tuple[UUID, UUID, UUID]:
    booking_id, owner, walker = await _assigned(world, starts_in)
    await world.set_out(booking_id, walker)
    return booking_id, owner, walker


async def _report(world: World, booking_id: UUID, walker: UUID, kind: IncidentKind = IncidentKind.BITE) -> None:
    await world.command(booking_id, "report_incident", ReportIncident(by="walker", person_id=walker, kind=kind))


async def _release(world: World, booking_id: UUID) -> None:
    granted = with_grant(world, "release_incident", booking_id, SupportCommand(reason="all well"))
    await world.command(booking_id, "release_incident", granted)


async def _finish(world: World, booking_id: UUID, walker: UUID) -> None:
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker, at=(await world.row(booking_id)).ends_at)


async def _paid(world: World, booking_id: UUID, status: str) -> None:
    async def is_so() -> bool:
        return (await world.row(booking_id)).payment_status == status

    await world.eventually(is_so)


async def _payout(world: World, booking_id: UUID) -> str:
    async with world.resources.database.transaction() as session:
        return str(await session.scalar(select(Payout.state).where(Payout.booking_id == booking_id)))


async def test_s25_an_incident_stops_word_and_pay_until_it_is_released(world: World) -> None:
    booking_id, owner, walker = await _under_way(world)
    await _report(world, booking_id, walker)
    assert (await world.row(booking_id)).incident
    await _finish(world, booking_id, walker)
    told = await world.told(booking_id)
    assert told[("incident_reported", owner)] == told[("incident_contact", owner)] == 1
    assert told[("walk_finished", owner)] == 0
    await world.advance(booking_id, timedelta(hours=23))
    assert (await world.row(booking_id)).payment_status == "held"
    await world.advance(booking_id, timedelta(hours=2))
    await _paid(world, booking_id, "captured")
    await world.advance(booking_id, timedelta(hours=72))
    row = await world.row(booking_id)
    assert (row.status, row.outcome, await _payout(world, booking_id)) == ("completed", "completed", "held")
    assert (await world.told(booking_id))[("receipt", owner)] == 0
    await _release(world, booking_id)
    row = await world.closed(booking_id)
    assert (row.payment_status, row.incident) == ("captured", False)
    assert (await world.payments(booking_id))[0].amount_captured == TOTAL
    told = await world.told(booking_id)
    assert (told[("payout_sent", walker)], told[("receipt", owner)]) == (1, 1)


async def test_s25_released_before_the_capture_all_goes_on_at_once(world: World) -> None:
    booking_id, owner, walker = await _under_way(world)
    await _report(world, booking_id, walker)
    await _finish(world, booking_id, walker)
    await _release(world, booking_id)
    await _paid(world, booking_id, "captured")
    assert await _payout(world, booking_id) == "due"
    row = await world.closed(booking_id)
    assert (row.outcome, (await world.told(booking_id))[("receipt", owner)]) == ("completed", 1)


async def test_s25_a_hold_about_to_lapse_is_captured_and_kept(world: World) -> None:
    """6 h before `capture_before`, though support has not looked and a day is not over."""
    booking_id, _, walker = await _under_way(world, timedelta(days=6, hours=12))
    lapses_at = (await world.payments(booking_id))[0].capture_before
    assert lapses_at is not None
    await _report(world, booking_id, walker)
    await _finish(world, booking_id, walker)
    await world.advance(booking_id, lapses_at - timedelta(hours=7) - world.now())
    assert (await world.row(booking_id)).payment_status == "held"
    await world.advance(booking_id, timedelta(hours=1, minutes=5))
    await _paid(world, booking_id, "captured")
    assert await _payout(world, booking_id) == "held"
    await _release(world, booking_id)
    await world.closed(booking_id)


async def test_s25_reported_after_the_capture_the_pay_is_kept_back(world: World) -> None:
    booking_id, _, walker = await _under_way(world)
    await _finish(world, booking_id, walker)
    await _paid(world, booking_id, "captured")
    await _report(world, booking_id, walker, IncidentKind.INJURY)
    assert await _payout(world, booking_id) == "held"
    await _report(world, booking_id, walker, IncidentKind.ACCESS)
    await world.advance(booking_id, timedelta(hours=72))
    assert (await world.row(booking_id)).status == "completed"
    await _release(world, booking_id)
    await world.closed(booking_id)


async def test_s25_a_walk_nobody_finishes_is_not_over_by_itself(world: World) -> None:
    """The dog is lost: its walk goes on until somebody says that it is over."""
    booking_id, owner, walker = await _under_way(world)
    await world.walk_for(booking_id, timedelta(minutes=20))
    await _report(world, booking_id, walker, IncidentKind.LOST_DOG)
    await world.advance(booking_id, timedelta(minutes=75))
    await world.eventually(lambda: _is_told(world, booking_id, "walk_silent", owner))  # that is told all the same
    row = await world.row(booking_id)
    assert (row.status, row.outcome, row.needs_attention) == ("in_progress", None, None)
    told = await world.told(booking_id)
    assert (told[("walk_ended_for_you", walker)], told[("walk_finished", owner)]) == (0, 0)
    await _release(world, booking_id)
    row = await world.status(booking_id, "completed")
    assert row.ended_at is not None
    assert row.finished_at is not None
    assert row.ended_at - row.finished_at > timedelta(hours=1), "dated back to when it was last heard of"
    assert (await world.closed(booking_id)).outcome == "completed"


async def test_s25_who_comes_support_alone_decides_and_nobody_is_a_no_show_before(world: World) -> None:
    booking_id, owner, walker = await _assigned(world)
    await world.advance(booking_id, (await world.row(booking_id)).starts_at - world.now())
    await world.command(
        booking_id, "report_incident", ReportIncident(by="owner", person_id=owner, kind=IncidentKind.ACCESS)
    )
    other = await world.town.walker()
    await world.advance(booking_id, timedelta(minutes=11))
    await world.eventually(lambda: _is_told(world, booking_id, "late_reminder", walker))
    assert (await world.told(booking_id))[("offer_made", other)] == 0
    asked = Reassign(reason="he has the wrong key", walker_id=other)
    await world.command(booking_id, "reassign", with_grant(world, "reassign", booking_id, asked))
    await world.eventually(lambda: _is_told(world, booking_id, "offer_made", other))
    await world.accept(booking_id, other)
    await world.advance(booking_id, timedelta(minutes=40))
    await world.eventually(lambda: _is_told(world, booking_id, "late_reminder", other))
    assert (await world.row(booking_id)).status == "assigned"
    await _release(world, booking_id)
    row = await world.closed(booking_id)
    assert (row.outcome, row.walker_id, row.payment_status) == ("no_show", other, "released")


async def _is_told(world: World, booking_id: UUID, kind: str, person_id: UUID) -> bool:
    return (await world.told(booking_id))[(kind, person_id)] == 1


async def test_s25_an_owner_may_still_call_it_off(world: World) -> None:
    booking_id, owner, walker = await _assigned(world)
    await world.advance(booking_id, timedelta(hours=2))
    await world.step(booking_id, "on_the_way", walker)
    await _report(world, booking_id, walker, IncidentKind.LOST_DOG)
    await world.command(
        booking_id, "cancel", CancelBooking(actor_id=owner, reason="the dog is gone", expected_fee=TOTAL)
    )
    await _release(world, booking_id)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "captured")


async def test_s25_nobody_but_its_walker_and_not_before_there_is_one(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    report = ReportIncident(by="walker", person_id=walker, kind=IncidentKind.OTHER)
    assert await world.refused(booking_id, "report_incident", report) == "wrong_state"
    await world.accept(booking_id, walker)
    other = report.model_copy(update={"person_id": await world.town.walker()})
    assert await world.refused(booking_id, "report_incident", other) == "not_found"
