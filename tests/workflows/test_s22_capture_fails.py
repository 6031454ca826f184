"""S22: the hold is gone when the walk is finished: the walker is paid by the platform, and the owner is dunned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from dogwalk.contracts.debt import workflow_id as debt_workflow_id
from dogwalk.contracts.support import RefundByHand
from dogwalk.db.models.payment import Refund
from dogwalk.db.models.support import SupportTask
from dogwalk.db.repositories import payment as payments
from dogwalk.errors import Conflict
from dogwalk.services.payment.balance import BalanceWatch
from tests.support.deeds import AGENT, with_grant
from tests.support.histories import history_of, replay

if TYPE_CHECKING:
    from dogwalk.db.models.payment import Payment
    from tests.support.people import Owner
    from tests.support.world import World

TOTAL, HALF, SHARE = 2775, 1388, 2000
EVERY_TRY = 3  # the Stripe library's own, and two more
ASKS_ALWAYS = "pm_card_authenticationRequired"


async def test_s22_a_card_on_file_pays_at_once_what_the_hold_could_not(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await _walked_without_a_hold(world, owner, walker)
    await world.control.add_balance(SHARE)
    await world.eventually(lambda: _is_paid(world, booking_id))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert await world.balances(booking_id) == {
        "held": 0,
        "owner": 0,
        "platform_revenue": SHARE - TOTAL,
        "receivable": 0,
        "stripe_balance": TOTAL - SHARE,
        "walker_payable": 0,
    }
    told = await world.told(booking_id)
    assert (told[("debt_paid", owner.id)], told[("payment_due", owner.id)], told[("payout_sent", walker)]) == (1, 0, 1)


async def test_s22_support_gives_back_of_a_debt_that_was_paid_before_the_close(world: World) -> None:
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    booking_id = await _walked_without_a_hold(world, owner, walker, confirm=True)
    await world.eventually(lambda: _dunned(world, booking_id, 1))
    assert await _refused_refund(world, booking_id) == "nothing_captured"
    await _pay(world, booking_id, owner)
    await world.control.add_balance(TOTAL)
    state = await world.command(booking_id, "refund", _half(world, booking_id))
    assert state.payment_status == "partially_refunded"
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [SHARE // 2]
    balances = await world.balances(booking_id)
    assert (balances["owner"], balances["stripe_balance"], sum(balances.values())) == (0, TOTAL - HALF - SHARE // 2, 0)


async def _refused_refund(world: World, booking_id: UUID) -> str:
    return await world.refused(booking_id, "refund", _half(world, booking_id))


def _half(world: World, booking_id: UUID) -> RefundByHand:
    said = RefundByHand(reason="dog was wet", actor_id=AGENT, refund_id=uuid4(), amount=HALF, claw_back=True)
    return with_grant(world, "refund", booking_id, said)


async def test_s22_support_hears_a_day_ahead_that_our_balance_does_not_cover_her_pay(world: World) -> None:
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    booking_id = await _walked_without_a_hold(world, owner, walker, confirm=True)
    watch = BalanceWatch(database=world.resources.database, gateway=world.resources.payments)
    assert [cover.needed for cover in await watch.look(at=world.now())] == [0], "she is paid in two days"
    assert await _balance_tasks(world) == []
    for _ in range(2):
        [cover] = await watch.look(at=world.now() + timedelta(hours=25))
        assert (cover.currency, cover.available, cover.needed, cover.is_short) == ("usd", 0, SHARE, True)
    assert await _balance_tasks(world) == ["open"]
    await world.control.fault(route="/v1/balance", status=500, times=EVERY_TRY)
    assert await watch.look(at=world.now() + timedelta(hours=25)) == [], "nobody knows"
    assert await _balance_tasks(world) == ["open"]
    await world.control.add_balance(SHARE)
    assert not (await watch.look(at=world.now() + timedelta(hours=26)))[0].is_short
    assert await _balance_tasks(world) == ["resolved"]
    await world.closed(booking_id)
    assert (await watch.look(at=world.now() + timedelta(days=3)))[0].needed == 0


async def _balance_tasks(world: World) -> list[str]:
    async with world.resources.database.transaction() as session:
        return list(await session.scalars(select(SupportTask.status).where(SupportTask.kind == "balance_low")))


async def test_s22_dunning_until_the_owner_pays_with_another_card_weeks_later(world: World) -> None:
    """The bank asks for her consent at every try off session: the walker has hers, the booking closes, she still owes."""
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    booking_id = await _walked_without_a_hold(world, owner, walker, confirm=True)
    await world.eventually(lambda: _dunned(world, booking_id, 1))
    await world.control.add_balance(SHARE)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "failed")
    balances = await world.balances(booking_id)
    assert (balances["platform_cost"], balances["stripe_balance"], balances["receivable"]) == (TOTAL, -SHARE, 0)
    assert (await world.told(booking_id))[("payout_sent", walker)] == 1
    await _dunning_ends(world, booking_id)
    await world.eventually(lambda: _dunned(world, booking_id, 5))
    with pytest.raises(Conflict) as refused:
        await world.book(owner)
    assert refused.value.code == "debt_outstanding"
    await _pay(world, booking_id, owner)
    balances = await world.balances(booking_id)
    assert (balances["platform_cost"], balances["stripe_balance"]) == (0, TOTAL - SHARE)
    assert sum(balances.values()) == 0
    assert (await world.row(booking_id)).payment_status == "captured"
    await world.book(await world.town.with_card(owner, "pm_card_visa"))


async def test_s22_a_platform_without_money_pays_the_walker_once_it_has_some(world: World) -> None:
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    booking_id = await _walked_without_a_hold(world, owner, walker, confirm=True)
    await world.advance(booking_id, timedelta(hours=49))
    assert await _payout_state(world, booking_id) == "paying"
    await world.control.add_balance(SHARE)
    await world.closed(booking_id)
    assert await _payout_state(world, booking_id) == "paid"
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [SHARE]


async def test_s22_a_short_walk_of_a_late_walker_leaves_her_owner_nothing_to_owe(world: World) -> None:
    """Her credit is all that the verdict leaves to be paid."""
    owner, walker = await world.town.owner(), await world.town.walker()
    late_by, span = timedelta(minutes=15), timedelta(minutes=7)
    booking_id = await _finished_without_a_hold(world, owner, walker, late_by=late_by, span=span)
    await world.control.add_balance(SHARE)
    row = await world.closed(booking_id)
    assert (row.summary["verdict"], row.payment_status) == ("short", "failed")
    assert await _debt(world, booking_id) is None
    balances = await world.balances(booking_id)
    assert balances["walker_payable"] == 0 > balances["stripe_balance"]
    async with world.resources.database.transaction() as session:
        assert (await session.scalars(select(Refund).where(Refund.booking_id == booking_id))).all() == []


async def _walked_without_a_hold(world: World, owner: Owner, walker: UUID, *, confirm: bool = False) -> UUID:
    booking_id = await _finished_without_a_hold(world, owner, walker, confirm=confirm)
    await world.eventually(lambda: _debt(world, booking_id))
    return booking_id


async def _finished_without_a_hold(
    world: World,
    owner: Owner,
    walker: UUID,
    *,
    confirm: bool = False,
    late_by: timedelta = timedelta(0),
    span: timedelta = timedelta(minutes=30),
) -> UUID:
    """Stripe's clock runs ahead of ours: the hold lapses while the dog is out."""
    booking_id = await world.book(owner, starts_in=timedelta(hours=3))
    if confirm:
        await world.confirm_on_the_phone(booking_id)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker, late_by=late_by)
    await world.control.advance(timedelta(days=8).total_seconds())
    await world.walk_for(booking_id, span)
    await world.step(booking_id, "finish", walker)
    return booking_id


async def _debt(world: World, booking_id: UUID) -> Payment | None:
    return next((payment for payment in await world.payments(booking_id) if payment.kind == "debt"), None)


async def _is_paid(world: World, booking_id: UUID) -> bool:
    debt = await _debt(world, booking_id)
    return debt is not None and debt.amount_captured == TOTAL


async def _dunned(world: World, booking_id: UUID, times: int) -> bool:
    sent = [
        message
        for message in await world.outbox(booking_id)
        if message.kind == "payment_due" and message.channel == "mail"
    ]
    return len(sent) == times


async def _dunning_ends(world: World, booking_id: UUID) -> None:
    handle = world.client.get_workflow_handle(debt_workflow_id(booking_id))
    await handle.cancel()  # the button of the Temporal UI
    await world.skipper.fast_forward(handle)
    assert await handle.result() is False
    kept = await history_of(handle, world.resources.workflow_keys)
    assert await replay(kept) is None


async def _pay(world: World, booking_id: UUID, owner: Owner) -> None:
    debt = await _debt(world, booking_id)
    assert debt is not None
    card = await world.town.with_card(owner, "pm_card_visa")
    await world.debts.pay(debt, payment_method_id=card.payment_method_id, try_key="app-1", at=world.now())


async def _payout_state(world: World, booking_id: UUID) -> str:
    async with world.resources.database.transaction() as session:
        [payout] = await payments.payouts_of(session, booking_id)
    return payout.state
