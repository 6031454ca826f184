"""Stripe's announcements doubled, shuffled and dropped: one effect each, the ledger balanced."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from dogwalk.contracts.booking import AcceptOffer
from dogwalk.db.models.payment import StripeEvent
from dogwalk.domain.role import Role
from tests.support.server import served
from workers.relay import Relay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from tests.support.api import Api
    from tests.support.world import World

THREE_D_SECURE = "pm_card_authenticationRequired"


@pytest.fixture
async def announced(world: World, desk: Api) -> AsyncIterator[World]:
    """The world with Stripe's webhooks coming in over HTTP and worked off."""
    secret = world.settings.stripe_webhook_secrets.get_secret_value().split(",")[0]
    async with served(desk.app) as base, Relay(resources=world.resources, client=world.client):
        await world.control.add_webhook(f"{base}/v1/webhooks/stripe", secret)
        yield world


async def _waits_for_3ds(world: World, desk: Api) -> tuple[UUID, UUID, str]:
    """Booking, walker and the client secret of the hold that waits for its owner."""
    owner, walker = await world.town.owner(card=THREE_D_SECURE), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))

    async def asked() -> bool:
        return (await world.row(booking_id)).payment_action_kind == "authenticate"

    await world.eventually(asked)
    answer = await desk.http.get(f"/v1/bookings/{booking_id}", headers=desk.signed_in(owner.id, Role.OWNER).headers)
    return booking_id, walker, answer.json()["payment_action"]["client_secret"]


@pytest.mark.parametrize("fault", ["duplicate", "shuffle"])
async def test_webhooks_come_twice_or_in_any_order(announced: World, desk: Api, fault: str) -> None:
    world = announced
    await world.control.webhook_faults(**{fault: True})
    booking_id, walker, secret = await _waits_for_3ds(world, desk)
    await world.town.phone.confirm_payment(secret)
    await world.status(booking_id, "matching")
    await world.command(booking_id, "accept_offer", AcceptOffer(walker_id=walker))
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [row.total]
    assert len(await world.resources.payments.find_transfers(booking_id=str(booking_id))) == 1
    async with world.resources.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(StripeEvent))


async def test_a_dropped_webhook_loses_nobody_her_booking(announced: World, desk: Api) -> None:
    """The app never confirms either: at the deadline Stripe is asked before anything is ended."""
    world = announced
    await world.control.webhook_faults(drop=1000)
    booking_id, walker, secret = await _waits_for_3ds(world, desk)
    await world.town.phone.confirm_payment(secret)
    await world.advance(booking_id, timedelta(seconds=world.town.policy.hold.action_ttl_s + 1))
    await world.status(booking_id, "matching")
    await world.command(booking_id, "accept_offer", AcceptOffer(walker_id=walker))
    await world.walk(booking_id, walker)
    assert (await world.closed(booking_id)).payment_status == "captured"


async def test_without_a_word_from_the_owner_the_hold_is_given_up(announced: World, desk: Api) -> None:
    world = announced
    booking_id, _, _ = await _waits_for_3ds(world, desk)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("payment_failed", "failed")
    assert [payment.status for payment in await world.payments(booking_id)] == ["canceled"]
    assert await world.balances(booking_id) == {}
