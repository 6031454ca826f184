"""What support takes, gives back and judges, by grant: the books balance, and money follows the last word."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from dogwalk.contracts.booking import ReportIncident
from dogwalk.contracts.support import DecideVerdict, RefundByHand, SupportCancel, SupportCommand
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.db.repositories import walker as walkers
from dogwalk.db.repositories import walker_record
from dogwalk.domain import ledger
from dogwalk.domain.incident import IncidentKind
from dogwalk.domain.refund import FundedBy
from dogwalk.domain.track.verdict import VerdictKind
from dogwalk.services.support.reading import SupportReader
from tests.support.deeds import AGENT, TOTAL, WALKER_SHARE, booking_asked, deeds_on, events_of, with_grant
from workflows.steps.record import NEEDS_ATTENTION

if TYPE_CHECKING:
    from tests.support.people import Owner
    from tests.support.world import World


async def test_support_cancels_for_a_fee_and_the_walker_has_her_part_of_it(world: World) -> None:
    booking_id, owner, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    command = SupportCancel(reason="owner never opened", actor_id=AGENT, fee=1388)
    await world.command(booking_id, "support_cancel", with_grant(world, "support_cancel", booking_id, command))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [1388]
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [1000]
    assert (await world.told(booking_id))[("booking_cancelled", owner.id)] == 1


async def test_a_fee_for_a_walk_nobody_has_is_the_platforms_whole(world: World) -> None:
    booking_id, _, _ = await booking_asked(world)
    command = SupportCancel(reason="third fraud in a row", actor_id=AGENT, fee=1388)
    await world.command(booking_id, "support_cancel", with_grant(world, "support_cancel", booking_id, command))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "captured")
    assert (await world.balances(booking_id))["platform_revenue"] == -1388


async def collected(world: World, booking_id: UUID) -> None:
    """The workflow knows it too: the row is a step ahead of it."""

    async def is_known() -> bool:
        return (await world.state(booking_id)).payment_status in {"captured", "partially_refunded"}

    await world.eventually(is_known)


async def walked(
    world: World, span: timedelta = timedelta(minutes=30), *, silent: timedelta = timedelta(0)
) -> tuple[UUID, Owner, UUID]:
    """Finished and paid for, as its workflow knows too; the walker's pay is due in two days."""
    booking_id, owner, walker = await out(world, span, silent=silent)
    await world.step(booking_id, "finish", walker)
    await collected(world, booking_id)
    return booking_id, owner, walker


async def out(world: World, span: timedelta, *, silent: timedelta = timedelta(0)) -> tuple[UUID, Owner, UUID]:
    """On the way for `span`, and for `silent` longer with a phone that says nothing."""
    booking_id, owner, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.walk_for(booking_id, span)
    if silent:
        await world.wait(booking_id, silent)
    return booking_id, owner, walker


async def test_a_refund_by_grant_takes_the_walkers_part_out_of_her_pay(world: World) -> None:
    booking_id, owner, _ = await walked(world)
    said = RefundByHand(reason="dog was wet", actor_id=AGENT, refund_id=uuid4(), amount=1388, claw_back=True)
    assert await world.refused(booking_id, "refund", said) == "grant_required"
    state = await world.command(booking_id, "refund", with_grant(world, "refund", booking_id, said))
    assert state.payment_status == "partially_refunded"
    more = said.model_copy(update={"refund_id": uuid4(), "amount": TOTAL})
    assert (
        await world.refused(booking_id, "refund", with_grant(world, "refund", booking_id, more)) == "refund_too_large"
    )
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [WALKER_SHARE - 1000]
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 1
    assert [(deed.actor, deed.action, deed.data["amount"]) for deed in await deeds_on(world, booking_id)] == [
        (str(AGENT), "refund", 1388)
    ]


async def test_supports_verdict_is_the_last_and_money_follows_it(world: World) -> None:
    booking_id, owner, walker = await walked(world)
    said = DecideVerdict(reason="photos show another dog", actor_id=AGENT, verdict=VerdictKind.SHORT, served_s=900)
    state = await world.command(booking_id, "verdict", with_grant(world, "verdict", booking_id, said))
    assert state.summary is not None
    assert (state.summary.verdict, state.summary.served_s, state.payment_status) == ("short", 900, "partially_refunded")
    again = with_grant(world, "verdict", booking_id, said.model_copy(update={"verdict": VerdictKind.SERVED}))
    assert await world.refused(booking_id, "verdict", again) == "paid_back"
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.payment_status) == ("short", "partially_refunded")
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [WALKER_SHARE // 2]
    told = await world.told(booking_id)
    assert (told[("refund_made", owner.id)], told[("payout_sent", walker)]) == (1, 1)
    assert "verdict_decided" in {event.type for event in await events_of(world, booking_id)}


async def test_once_her_pay_is_under_way_no_verdict_changes_it_but_a_refund_takes_it_back(world: World) -> None:
    booking_id, _, walker = await walked(world)
    account = await _put_account(world, walker, None)
    await world.advance(booking_id, timedelta(hours=49))

    async def waits() -> bool:
        return (await world.row(booking_id)).needs_attention == "no_payout_account"

    await world.eventually(waits)
    said = DecideVerdict(reason="photos show another dog", actor_id=AGENT, verdict=VerdictKind.SHORT, served_s=900)
    assert await world.refused(booking_id, "verdict", with_grant(world, "verdict", booking_id, said)) == "pay_under_way"
    half = RefundByHand(reason=said.reason, actor_id=AGENT, refund_id=uuid4(), amount=1388, claw_back=True)
    await world.command(booking_id, "refund", with_grant(world, "refund", booking_id, half))
    await _put_account(world, walker, account)
    assert (await world.closed(booking_id)).payment_status == "partially_refunded"
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [(transfer.amount, transfer.amount_reversed) for transfer in transfers] == [(WALKER_SHARE, 1000)]


async def _put_account(world: World, walker: UUID, account: str | None) -> str | None:
    """What she had before."""
    async with world.resources.database.transaction() as session:
        before = await walker_record.payout_account(session, walker)
        await walkers.change(session, walker, payout_account_id=account)
    return before


async def test_supports_verdict_pays_the_walker_no_earlier(world: World) -> None:
    """What was due to the owner waited for the last word; the walker's pay is due an hour after that."""
    booking_id, _, _ = await walked(world, timedelta(minutes=17), silent=timedelta(minutes=3))
    said = DecideVerdict(reason="photos show the way home", actor_id=AGENT, verdict=VerdictKind.SHORT, served_s=1200)
    await world.command(booking_id, "verdict", with_grant(world, "verdict", booking_id, said))
    row = await world.closed(booking_id)
    assert row.closed_at is not None
    assert row.ended_at is not None
    assert row.closed_at - row.ended_at >= timedelta(hours=48)


async def test_supports_verdict_answers_the_task_that_asked_for_it(world: World) -> None:
    booking_id, _, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.advance(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker)

    await collected(world, booking_id)
    assert (await world.tasks(booking_id))["verdict_inconclusive"] == "open"
    said = DecideVerdict(reason="photos prove it", actor_id=AGENT, verdict=VerdictKind.SERVED)
    await world.command(booking_id, "verdict", with_grant(world, "verdict", booking_id, said))
    assert (await world.tasks(booking_id))["verdict_inconclusive"] == "resolved"
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.payment_status) == ("served", "captured")


async def test_what_a_verdict_gave_back_stays_given_back(world: World) -> None:
    booking_id, _, _ = await walked(world, timedelta(minutes=8))
    assert (await world.row(booking_id)).payment_status == "partially_refunded"
    said = DecideVerdict(reason="her phone's clock was wrong", actor_id=AGENT, verdict=VerdictKind.SERVED)
    granted = with_grant(world, "verdict", booking_id, said)
    assert await world.refused(booking_id, "verdict", granted) == "paid_back"


async def test_books_that_do_not_balance_are_on_the_board_until_they_do(world: World) -> None:
    booking_id, _, _ = await walked(world)
    await _post_by_hand(world, booking_id, 100)
    await world.advance(booking_id, timedelta(hours=49))

    async def needs() -> str | None:
        return (await world.row(booking_id)).needs_attention

    assert await world.eventually(needs) == "ledger_unbalanced"
    reader = SupportReader(database=world.resources.database)
    board = await reader.board(at=world.now())
    assert [row.id for row in board.unbalanced] == [row.id for row in board.stuck] == [booking_id]
    await _post_by_hand(world, booking_id, -100)
    command = SupportCommand(reason="corrected", actor_id=AGENT)
    await world.command(booking_id, "retry_payment", with_grant(world, "retry_payment", booking_id, command))
    row = await world.closed(booking_id)
    assert (row.needs_attention, await needs()) == (None, None)
    assert (await reader.board(at=world.now())).unbalanced == []


async def test_a_payment_that_works_after_all_calls_nobody_any_more(world: World) -> None:
    """Support at night is not sent after it; an incident told meanwhile goes on calling."""
    booking_id, _, walker = await out(world, timedelta(minutes=17), silent=timedelta(minutes=3))
    await world.control.fault(route="/v1/payment_intents/{id}/capture", method="POST", status=400, times=None)
    await world.step(booking_id, "finish", walker)
    await _calls(world, booking_id, row="payment_error", search="payment_error")
    await _retry_payment(world, booking_id)
    await _calls(world, booking_id, row=None, search=None)
    await world.control.fault(route="/v1/refunds", method="POST", status=400, times=None)
    await world.advance(booking_id, timedelta(hours=47))
    await _calls(world, booking_id, row="payment_error", search="payment_error")
    report = ReportIncident(by="walker", person_id=walker, kind=IncidentKind.BITE)
    await world.command(booking_id, "report_incident", report)
    await _calls(world, booking_id, row="payment_error", search="incident")
    await _retry_payment(world, booking_id)
    await _calls(world, booking_id, row=None, search="incident")
    released = with_grant(world, "release_incident", booking_id, SupportCommand(reason="all well"))
    await world.command(booking_id, "release_incident", released)
    await _calls(world, booking_id, row=None, search=None)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")


async def _retry_payment(world: World, booking_id: UUID) -> None:
    await world.control.clear_faults()
    command = SupportCommand(reason="mended at Stripe", actor_id=AGENT)
    await world.command(booking_id, "retry_payment", with_grant(world, "retry_payment", booking_id, command))


async def _calls(world: World, booking_id: UUID, *, row: str | None, search: str | None) -> None:
    """In its row and on the board; in Temporal's search."""
    reader = SupportReader(database=world.resources.database)

    async def as_wanted() -> bool:
        found = (await world.handles[booking_id].describe()).typed_search_attributes.get(NEEDS_ATTENTION)
        return ((await world.row(booking_id)).needs_attention, found) == (row, search)

    await world.eventually(as_wanted)
    assert [one.id for one in (await reader.board(at=world.now())).stuck] == ([booking_id] if row else [])


async def _post_by_hand(world: World, booking_id: UUID, amount: int) -> None:
    """What no code of ours does."""
    async with world.resources.database.transaction() as session:
        await ledger_rows.post(
            session,
            ledger.Journal(
                key=f"by-hand:{booking_id}:{amount}",
                booking_id=booking_id,
                kind="hold",
                at=world.now(),
                currency="usd",
                postings=ledger.hold(amount=amount),
                reference=None,
            ),
        )


async def test_what_the_verdict_owes_goes_out_before_a_refund_of_supports(world: World) -> None:
    booking_id, owner, _ = await walked(world, timedelta(minutes=17), silent=timedelta(minutes=3))

    async def refunds() -> list[tuple[str, str]]:
        async with world.resources.database.transaction() as session:
            return [(one.reason, one.state) for one in await payments.refunds_of(session, booking_id)]

    assert await refunds() == [("verdict", "due")]
    said = RefundByHand(
        reason="wet dog", actor_id=AGENT, refund_id=uuid4(), amount=100, funded_by=FundedBy.PLATFORM, claw_back=False
    )
    state = await world.command(booking_id, "refund", with_grant(world, "refund", booking_id, said))
    assert state.payment_status == "partially_refunded"
    assert sorted(await refunds()) == [("support", "paid"), ("verdict", "paid")]
    assert (await world.row(booking_id)).payment_status == "partially_refunded"
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    events = [event.type for event in await events_of(world, booking_id)]
    assert "refunded_by_support" in events
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 2
