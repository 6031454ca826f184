"""A market that asks for report cards: a walker's pay waits a day for hers, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.contracts.support import SupportCommand
from dogwalk.domain.policy import Gates, MarketPolicy
from dogwalk.domain.role import Role
from tests.support.api import serve
from tests.support.trouble import Meanwhile
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.db.models.booking import Booking
    from tests.support.database import Template

DUE = timedelta(hours=48)


@pytest.fixture
def policy() -> MarketPolicy:
    return MarketPolicy(gates=Gates(report_required=True))


async def _walked(world: World) -> tuple[UUID, UUID]:
    """The walker is the second."""
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    return booking_id, walker


async def _write(world: World, booking_id: UUID, walker: UUID) -> None:
    async with serve(world.settings, world.clock) as api:
        hers, path = api.signed_in(walker, Role.WALKER), f"/v1/bookings/{booking_id}/report"
        written = await api.http.put(path, json={"notes": "All well", "events": []}, headers=hers.headers)
    assert written.status_code == 200, written.text


def _waited(row: Booking) -> timedelta:
    assert row.closed_at is not None
    assert row.ended_at is not None
    return row.closed_at - row.ended_at


@pytest.mark.parametrize("is_written", [True, False], ids=["with a report", "without one"])
async def test_pay_waits_for_the_report_card_and_is_paid_in_the_end(world: World, is_written: bool) -> None:  # noqa: FBT001 parametrized
    booking_id, walker = await _walked(world)
    if is_written:
        await _write(world, booking_id, walker)
    waited = _waited(await world.closed(booking_id))
    assert (waited < DUE + timedelta(hours=1)) == is_written
    assert waited < DUE + timedelta(hours=25)
    assert (await world.told(booking_id))["payout_sent", walker] == 1


async def test_a_report_written_while_her_pay_waits_for_it_sends_it_at_once(world: World) -> None:
    booking_id, walker = await _walked(world)
    await world.advance(booking_id, DUE + timedelta(hours=2))
    assert not await world.resources.payments.find_transfers(booking_id=str(booking_id))
    await _write(world, booking_id, walker)
    assert _waited(await world.closed(booking_id)) < DUE + timedelta(hours=3)


async def test_a_report_written_while_support_looks_at_the_booking_sends_nothing(world: World) -> None:
    booking_id, walker = await _walked(world)
    await world.advance(booking_id, DUE + timedelta(hours=2))
    await world.command(booking_id, "hold", SupportCommand(reason="photos look old"))
    await _write(world, booking_id, walker)
    await world.advance(booking_id, timedelta(hours=30))
    assert (await world.row(booking_id)).status == "completed"
    assert not await world.resources.payments.find_transfers(booking_id=str(booking_id))
    await world.command(booking_id, "release", SupportCommand(reason="fine"))
    await world.closed(booking_id)


async def test_a_report_written_in_the_moment_it_is_missed_is_not_overheard(
    stack_environment: dict[str, str], template: Template, policy: MarketPolicy
) -> None:
    meanwhile = Meanwhile("payment.settle")
    async with open_world(stack_environment, template, policy=policy, interceptors=[meanwhile]) as world:
        booking_id, walker = await _walked(world)
        meanwhile.happens = lambda: _write(world, booking_id, walker)
        assert _waited(await world.closed(booking_id)) < DUE + timedelta(hours=1)
