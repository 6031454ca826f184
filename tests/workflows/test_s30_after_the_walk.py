"""S30: tip, review and claim in their windows and after: paid, written, or refused `window_closed`."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from devstack.stripe.client import CardRefused
from dogwalk.adapters.claim_workflows import ClaimWorkflows
from dogwalk.adapters.tip_workflows import TipWorkflows
from dogwalk.contracts.claim import workflow_id as claim_workflow_id
from dogwalk.contracts.tip import TipAnswer, workflow_id
from dogwalk.db.models.base import uuid7
from dogwalk.db.models.support import SupportTask
from dogwalk.db.models.walker import Walker
from dogwalk.errors import Conflict, InvalidInput, NotFound
from dogwalk.services.claim import Claims
from dogwalk.services.payment.charge import Charges
from dogwalk.services.payment.tip import Tips, TipView
from dogwalk.services.review import Reviews
from tests.support.histories import history_of, replay
from tests.support.trouble import AFTER, BEFORE, Trouble
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.contracts.claim import ClaimRequest
    from tests.support.database import Template
    from tests.support.people import Owner


ASKS_ALWAYS = "pm_card_authenticationRequired"
RECORD = "RECORD_HISTORIES"
TOTAL, SHARE, TIP = 2775, 2000, 700


async def _walked(world: World, *, card: str = "pm_card_visa") -> tuple[UUID, Owner, UUID]:
    """Closed and settled, two days after its end."""
    owner, walker = await world.town.owner(card=card), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    if card == ASKS_ALWAYS:
        await world.confirm_on_the_phone(booking_id)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    await world.closed(booking_id)
    world.clock.offset += timedelta(days=2)
    return booking_id, owner, walker


def _tips(world: World) -> Tips:
    payments = world.resources.payments
    return Tips(database=world.resources.database, gateway=payments, charges=Charges(gateway=payments))


async def _tip(world: World, booking_id: UUID, owner_id: UUID, amount: int = TIP) -> TipView:
    tips, tip_id = _tips(world), uuid7()
    request = await tips.open(booking_id, owner_id, tip_id=tip_id, amount=amount, at=world.now())
    await _running_tips(world).give(request, update_id=str(tip_id))
    return await tips.view(tip_id)


def _running_tips(world: World) -> TipWorkflows:
    prefix = world.settings.task_queue_prefix
    return TipWorkflows(client=world.running._client, task_queue_prefix=prefix, command_timeout_s=30)


async def _over(world: World, booking_id: UUID, number: int = 1) -> TipAnswer:
    handle = world.client.get_workflow_handle(workflow_id(booking_id, number), result_type=TipAnswer)
    return await handle.result()


async def test_s30_a_tip_is_the_walkers_whole(world: World) -> None:
    booking_id, owner, walker = await _walked(world)
    assert (await _tip(world, booking_id, owner.id)).payment.status == "captured"
    assert (await _over(world, booking_id)).status == "captured"
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert sorted(transfer.amount for transfer in transfers) == [TIP, SHARE]
    balances = await world.balances(booking_id)
    assert (balances["walker_payable"], balances["stripe_balance"]) == (0, TOTAL - SHARE)
    told = await world.told(booking_id)
    assert (told[("tip_given", owner.id)], told[("tip_received", walker)]) == (1, 1)


async def test_s30_a_tip_replays(world: World) -> None:
    booking_id, owner, _ = await _walked(world)
    await _tip(world, booking_id, owner.id)
    await _over(world, booking_id)
    handle = world.client.get_workflow_handle(workflow_id(booking_id, 1))
    kept = await history_of(handle, world.resources.workflow_keys)
    assert await replay(kept) is None
    if RECORD in os.environ:
        kept.save(Path(os.environ[RECORD]) / "tip.json")


async def test_s30_a_tip_said_twice_is_taken_once(world: World) -> None:
    booking_id, owner, _ = await _walked(world)
    tips, tip_id = _tips(world), uuid7()
    opened = [await tips.open(booking_id, owner.id, tip_id=tip_id, amount=TIP, at=world.now()) for _ in range(2)]
    assert opened[0] == opened[1]
    running = _running_tips(world)
    await asyncio.gather(*(running.give(one, update_id=str(tip_id)) for one in opened))
    await _over(world, booking_id)
    assert len([one for one in await world.payments(booking_id) if one.kind == "tip"]) == 1


async def test_s30_a_tip_has_a_limit_for_all_of_them_together(world: World) -> None:
    booking_id, owner, _ = await _walked(world)
    await _tip(world, booking_id, owner.id, 4500)
    with pytest.raises(InvalidInput) as refused:
        await _tip(world, booking_id, owner.id, 501)
    assert (refused.value.code, refused.value.extra["most"]) == ("tip_too_much", 500)


async def test_s30_a_tip_after_seven_days_is_too_late_and_a_strangers_is_not_found(world: World) -> None:
    booking_id, owner, walker = await _walked(world)
    with pytest.raises(NotFound):
        await _tip(world, booking_id, walker)
    world.clock.offset += timedelta(days=5)
    with pytest.raises(Conflict) as refused:
        await _tip(world, booking_id, owner.id)
    assert refused.value.code == "window_closed"


async def test_s30_a_tip_not_confirmed_in_its_time_can_be_taken_no_more(world: World) -> None:
    """Nobody would be there to pass it on."""
    booking_id, owner, _ = await _walked(world, card=ASKS_ALWAYS)
    view = await _tip(world, booking_id, owner.id)
    assert (view.payment.status, bool(view.client_secret)) == ("action_required", True)
    handle = world.client.get_workflow_handle(workflow_id(booking_id, 1))
    await world.skipper.fast_forward(handle, timedelta(minutes=31))
    assert (await _over(world, booking_id)).status == "canceled"
    with pytest.raises(CardRefused):
        await world.town.phone.confirm_payment(str(view.client_secret))
    hold = await world.resources.payments.get_hold(payment_intent_id=view.payment.payment_intent_id)
    assert hold.amount_captured == 0


async def test_s30_a_tip_stripe_is_long_silent_about_does_not_end_unknown(
    stack_environment: dict[str, str], template: Template
) -> None:
    trouble = Trouble()
    async with open_world(stack_environment, template, interceptors=[trouble]) as world:
        booking_id, owner, _ = await _walked(world)
        tip_id = uuid7()
        request = await _tips(world).open(booking_id, owner.id, tip_id=tip_id, amount=TIP, at=world.now())
        trouble.plan([AFTER, *[BEFORE] * 500])
        await _running_tips(world)._start(request)
        handle = world.client.get_workflow_handle(workflow_id(booking_id, 1))
        await world.eventually(lambda: _is_given(world, booking_id))
        await world.skipper.fast_forward(handle, timedelta(hours=1))
        await handle.cancel()  # the button of the Temporal UI
        trouble.forget()
        await world.skipper.fast_forward(handle)
        assert (await _over(world, booking_id)).status == "captured"
        transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
        assert sorted(transfer.amount for transfer in transfers) == [TIP, SHARE]


async def _is_given(world: World, booking_id: UUID) -> bool:
    return any(one.kind == "tip" and one.status == "captured" for one in await world.payments(booking_id))


async def test_s30_reviews_are_shown_when_both_are_in(world: World) -> None:
    booking_id, owner, walker = await _walked(world)
    reviews = Reviews(database=world.resources.database)
    first = await reviews.write(
        uuid7(), booking_id=booking_id, author_id=owner.id, rating=4, text="Kind", at=world.now()
    )
    again = await reviews.write(
        first.id, booking_id=booking_id, author_id=owner.id, rating=4, text="Kind", at=world.now()
    )
    assert (first.shown_at, again.id) == (None, first.id)
    assert not await reviews.about_walker(walker, before=None, limit=10)
    await reviews.write(uuid7(), booking_id=booking_id, author_id=walker, rating=5, text="", at=world.now())
    [shown] = await reviews.about_walker(walker, before=None, limit=10)
    assert (shown.review.rating, shown.review.text) == (4, "Kind")
    async with world.resources.database.transaction() as session:
        record = await session.get_one(Walker, walker)
    assert (record.rating, record.reviews) == (4.0, 1)
    with pytest.raises(Conflict) as refused:
        await reviews.write(uuid7(), booking_id=booking_id, author_id=owner.id, rating=1, text="", at=world.now())
    assert refused.value.code == "already_reviewed"


async def test_s30_a_review_nobody_answers_is_shown_when_the_window_ends(world: World) -> None:
    booking_id, owner, walker = await _walked(world)
    reviews = Reviews(database=world.resources.database)
    await reviews.write(uuid7(), booking_id=booking_id, author_id=owner.id, rating=2, text="", at=world.now())
    world.clock.offset += timedelta(days=20)
    await reviews.show_closed(at=world.now())
    assert len(await reviews.about_walker(walker, before=None, limit=10)) == 1
    with pytest.raises(Conflict) as refused:
        await reviews.write(uuid7(), booking_id=booking_id, author_id=walker, rating=1, text="", at=world.now())
    assert refused.value.code == "window_closed"


async def _claimed(world: World, booking_id: UUID, claimant_id: UUID, amount: int | None = 1000) -> UUID:
    request = await _opened(world, booking_id, claimant_id, amount)
    await _running_claims(world).start(request)
    return request.claim_id


async def _opened(world: World, booking_id: UUID, claimant_id: UUID, amount: int | None = 1000) -> ClaimRequest:
    return await Claims(database=world.resources.database).open(
        booking_id, claimant_id, claim_id=uuid7(), kind="damage", amount=amount, notes="", at=world.now()
    )


def _running_claims(world: World) -> ClaimWorkflows:
    return ClaimWorkflows(client=world.running._client, task_queue_prefix=world.settings.task_queue_prefix)


async def _decide(world: World, claim_id: UUID, *, granted: int) -> None:
    claims = Claims(database=world.resources.database)
    await claims.decide(claim_id, granted=granted, by=await _support(world), reason="seen", at=world.now())
    await _running_claims(world).decided(claim_id)
    await world.client.get_workflow_handle(claim_workflow_id(claim_id)).result()


async def _support(world: World) -> UUID:
    return (await world.town.owner()).id


async def test_s30_a_claim_holds_the_pay_until_it_is_decided(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    await world.eventually(lambda: _captured(world, booking_id))
    claim_id = await _claimed(world, booking_id, owner.id)
    await world.advance(booking_id, timedelta(hours=50))
    assert not await world.resources.payments.find_transfers(booking_id=str(booking_id))
    await _decide(world, claim_id, granted=0)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [SHARE]
    told = await world.told(booking_id)
    assert (told[("claim_opened", owner.id)], told[("claim_decided", owner.id)]) == (1, 1)


async def test_s30_a_claim_nobody_decides_is_pressed_for(world: World) -> None:
    booking_id, owner, _ = await _walked(world)
    claim_id = await _claimed(world, booking_id, owner.id)
    handle = world.client.get_workflow_handle(claim_workflow_id(claim_id))
    await handle.cancel()  # the button of the Temporal UI
    await world.skipper.fast_forward(handle, timedelta(days=17))
    await world.eventually(lambda: _task_of(world, "claim_overdue"))
    await _decide(world, claim_id, granted=0)
    kept = await history_of(handle, world.resources.workflow_keys)
    assert await replay(kept) is None
    if RECORD in os.environ:
        kept.save(Path(os.environ[RECORD]) / "claim_overdue.json")
    with pytest.raises(Conflict) as refused:
        await _decide(world, claim_id, granted=1)
    assert refused.value.code == "claim_decided"


async def test_s30_a_claim_decided_unheard_is_over_when_its_time_is(world: World) -> None:
    """Nobody told its workflow, which keeps the pay: it reads it where it stands."""
    booking_id, owner, _ = await _walked(world)
    request, now = await _opened(world, booking_id, owner.id), world.now()
    claims = Claims(database=world.resources.database)
    await claims.decide(request.claim_id, granted=0, by=await _support(world), reason="seen", at=now)
    await _running_claims(world).start(request.model_copy(update={"decide_by": now}))
    handle = world.client.get_workflow_handle(claim_workflow_id(request.claim_id))
    await asyncio.wait_for(handle.result(), timeout=20)
    assert not await _task_of(world, "claim_overdue")


async def test_s30_a_claim_after_seven_days_is_too_late(world: World) -> None:
    booking_id, owner, _ = await _walked(world)
    with pytest.raises(InvalidInput):
        await _claimed(world, booking_id, owner.id, amount=TOTAL + 1)
    await _claimed(world, booking_id, owner.id)
    with pytest.raises(Conflict) as twice:
        await _claimed(world, booking_id, owner.id)
    assert twice.value.code == "already_claimed"
    world.clock.offset += timedelta(days=6)
    with pytest.raises(Conflict) as refused:
        await _claimed(world, booking_id, owner.id)
    assert refused.value.code == "window_closed"


async def _captured(world: World, booking_id: UUID) -> bool:
    return (await world.row(booking_id)).payment_status == "captured"


async def _task_of(world: World, kind: str) -> bool:
    async with world.resources.database.transaction() as session:
        return await session.scalar(select(SupportTask).where(SupportTask.kind == kind)) is not None
