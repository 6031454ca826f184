"""S07: the owner cancels once the walker is on the way: all is kept, the walker is paid."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dogwalk.services.booking.reading import BookingReader

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.domain.cancellation import CancellationTerms
    from tests.support.people import Owner
    from tests.support.world import World


async def test_s07_owner_cancels_after_on_the_way(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, timedelta(hours=2, minutes=30))
    await world.step(booking_id, "on_the_way", walker)
    await world.cancel(booking_id, owner, fee=2775)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [2775]
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [2000]
    told = await world.told(booking_id)
    assert told[("booking_cancelled", walker)] == told[("payout_sent", walker)] == 1


async def test_s07_a_walker_who_is_late_costs_the_platform_her_minutes(world: World) -> None:
    """All is kept and she is paid, but nobody need ask for what is due for her being late."""
    owner, _, booking_id = await _under_way(world)
    start = (await world.row(booking_id)).starts_at
    await world.advance(booking_id, start + timedelta(minutes=12, seconds=5) - world.now())
    shown = await _preview(world, booking_id, owner)
    assert (shown.fee, shown.late_credit) == (2775, 600), "12 minutes: 24 % of 25.00"
    await world.cancel(booking_id, owner, fee=2775)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "partially_refunded")
    assert (await world.balances(booking_id))["platform_cost"] == 600
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert sum(transfer.amount for transfer in transfers) == 2000


async def test_s07_once_she_has_arrived_her_lateness_grows_no_more(world: World) -> None:
    owner, walker, booking_id = await _under_way(world)
    start = (await world.row(booking_id)).starts_at
    arrived = start + timedelta(minutes=8, seconds=1)
    await world.advance(booking_id, arrived - world.now())
    await world.step(booking_id, "arrive", walker, at=arrived)
    await world.wait(booking_id, timedelta(minutes=10))
    assert (await _preview(world, booking_id, owner)).late_credit == 400
    await world.cancel(booking_id, owner, fee=2775)
    await world.closed(booking_id)
    assert (await world.balances(booking_id))["platform_cost"] == 400, "8 minutes: 16 %"


async def test_s07_who_has_not_even_set_out_is_late_too(world: World) -> None:
    """Half is kept, and of it goes back what is due."""
    owner, walker = await world.town.owner(), await world.town.walker()
    await world.control.add_balance(10_000)
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.wait(booking_id, (await world.row(booking_id)).starts_at + timedelta(minutes=20) - world.now())
    await world.cancel(booking_id, owner, fee=1388)
    row = await world.closed(booking_id)
    assert row.outcome == "cancelled_by_owner"
    assert (await world.balances(booking_id))["platform_cost"] == 750, "30 % at most"


async def _under_way(world: World) -> tuple[Owner, UUID, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    await world.control.add_balance(10_000)
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.advance(booking_id, timedelta(hours=2, minutes=30))
    await world.step(booking_id, "on_the_way", walker)
    return owner, walker, booking_id


async def _preview(world: World, booking_id: UUID, owner: Owner) -> CancellationTerms:
    """What the owner is shown."""
    reader = BookingReader(database=world.resources.database, gateway=world.resources.payments)
    return (await reader.cancellation(booking_id, owner.id, at=world.now()))[1]
