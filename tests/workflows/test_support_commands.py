"""What support does to a running booking: each deed once, with its reason in the audit log, the strong ones by grant."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import select

from dogwalk.contracts.booking import AcceptOffer
from dogwalk.contracts.support import Complete, DecideVerdict, Reassign, RefundByHand, SupportCancel, SupportCommand
from dogwalk.db.models.booking import BookingEvent, Offer
from dogwalk.db.repositories import audit
from dogwalk.db.repositories import ledger as ledger_rows
from dogwalk.db.repositories import payment as payments
from dogwalk.domain import ledger
from dogwalk.domain.refund import FundedBy
from dogwalk.domain.track.verdict import VerdictKind
from dogwalk.services.support.grants import Grants
from dogwalk.services.support.reading import SupportReader
from tests.support.temporal_cli import temporal_cli

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.db.models.support import AuditEntry
    from tests.support.people import Owner
    from tests.support.world import World

TOTAL, WALKER_SHARE = 2775, 2000
Command = TypeVar("Command", bound=SupportCommand)
AGENT = UUID("00000000-0000-7000-8000-000000000001")


def _granted(world: World, action: str, booking_id: UUID, command: Command) -> Command:
    return Grants(vault=world.resources.vault).mint(action, booking_id, command, at=world.now())


async def _asked(world: World, starts_in: timedelta = timedelta(hours=5)) -> tuple[UUID, Owner, UUID]:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await world.book(owner, starts_in=starts_in)
    await world.status(booking_id, "matching")
    return booking_id, owner, walker


async def _deeds(world: World, booking_id: UUID) -> Sequence[AuditEntry]:
    async with world.resources.database.transaction() as session:
        return await audit.of_booking(session, booking_id)


async def _events(world: World, booking_id: UUID) -> list[BookingEvent]:
    async with world.resources.database.transaction() as session:
        statement = select(BookingEvent).where(BookingEvent.booking_id == booking_id)
        return list(await session.scalars(statement.order_by(BookingEvent.version, BookingEvent.n)))


async def test_on_hold_nobody_is_asked_nobody_may_accept_and_no_deadline_ends_it(world: World) -> None:
    booking_id, owner, walker = await _asked(world)
    state = await world.command(booking_id, "hold", SupportCommand(reason="odd address"))
    assert state.on_hold_at is not None
    assert (await world.row(booking_id)).on_hold
    assert await world.refused(booking_id, "accept_offer", AcceptOffer(walker_id=walker)) == "on_hold"
    late = await world.town.walker()
    await world.advance(booking_id, timedelta(hours=4, minutes=30))
    assert (await world.row(booking_id)).status == "matching"
    assert (("offer_made", late) in await world.told(booking_id)) is False
    await world.command(booking_id, "release", SupportCommand(reason="asked the owner"))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.on_hold) == ("unfulfilled", "released", False)
    assert (await world.told(booking_id))[("unfulfilled", owner.id)] == 1


async def test_a_deed_stands_in_the_audit_log_with_its_reason_and_in_the_timeline_without(world: World) -> None:
    booking_id, owner, _ = await _asked(world)
    await world.command(
        booking_id, "hold", _granted(world, "hold", booking_id, SupportCommand(reason="odd", actor_id=AGENT))
    )
    await world.command(booking_id, "note", SupportCommand(reason="called twice", actor_id=AGENT))
    proven, said = await _deeds(world, booking_id)
    assert (proven.actor, proven.action, proven.reason) == (str(AGENT), "hold", "odd")
    assert (said.actor, said.action, said.data) == ("temporal", "note", {"said_to_be": str(AGENT)})
    shown = {event.type: event for event in await _events(world, booking_id)}
    assert (shown["on_hold"].actor, shown["on_hold"].audience, shown["on_hold"].data) == ("support", [owner.id], {})
    assert shown["support_note"].audience == []


async def test_a_signal_from_the_command_line_does_what_the_update_does(world: World) -> None:
    booking_id, _, _ = await _asked(world)
    handle = world.handles[booking_id]
    await handle.signal("hold", {"reason": "storm"})

    async def held() -> bool:
        return (await world.row(booking_id)).on_hold

    await world.eventually(held)
    await handle.signal("cancel_free", {"reason": "storm"})
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "released")
    assert [deed.action for deed in await _deeds(world, booking_id)] == ["hold", "cancel_free"]


async def test_a_signal_that_comes_too_late_is_passed_over(world: World) -> None:
    booking_id, _, walker = await _asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.handles[booking_id].signal("cancel_free", {"reason": "storm"})
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker)
    assert (await world.closed(booking_id)).outcome == "completed"


async def test_on_hold_the_walker_is_not_paid(world: World) -> None:
    booking_id, _, walker = await _asked(world)
    await world.accept(booking_id, walker)
    await world.walk(booking_id, walker)
    await world.command(booking_id, "hold", SupportCommand(reason="photos look old"))
    await world.advance(booking_id, timedelta(hours=60))
    assert (await world.row(booking_id)).status == "completed"
    assert await world.resources.payments.find_transfers(booking_id=str(booking_id)) == []
    await world.command(booking_id, "release", SupportCommand(reason="fine"))
    await world.closed(booking_id)
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [WALKER_SHARE]


async def test_what_moves_money_needs_a_grant_of_its_own_good_once(world: World) -> None:
    booking_id, _, walker = await _asked(world)
    await world.accept(booking_id, walker)
    await world.town.walker()
    command = SupportCancel(reason="walker fell ill", actor_id=AGENT, fee=0)
    assert await world.refused(booking_id, "support_cancel", command) == "grant_required"
    granted = _granted(world, "support_cancel", booking_id, command)
    dearer = granted.model_copy(update={"fee": TOTAL})
    assert await world.refused(booking_id, "support_cancel", dearer) == "grant_invalid"
    elsewhere = _granted(world, "support_cancel", uuid4(), command)
    assert await world.refused(booking_id, "support_cancel", elsewhere) == "grant_invalid"
    other_deed = _granted(world, "reassign", booking_id, Reassign(reason="ill", actor_id=AGENT))
    assert (await world.command(booking_id, "reassign", other_deed)).status == "matching"
    assert await world.refused(booking_id, "reassign", other_deed) == "grant_used"
    await world.advance(booking_id, timedelta(minutes=6))
    assert await world.refused(booking_id, "support_cancel", granted) == "grant_invalid"
    again = _granted(world, "support_cancel", booking_id, command)
    await world.command(booking_id, "support_cancel", again)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "released")
    assert [(deed.actor, deed.action) for deed in await _deeds(world, booking_id)] == [
        (str(AGENT), "reassign"),
        (str(AGENT), "cancel"),
    ]


async def test_support_cancels_for_a_fee_and_the_walker_has_her_part_of_it(world: World) -> None:
    booking_id, owner, walker = await _asked(world)
    await world.accept(booking_id, walker)
    command = SupportCancel(reason="owner never opened", actor_id=AGENT, fee=1388)
    await world.command(booking_id, "support_cancel", _granted(world, "support_cancel", booking_id, command))
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "captured")
    assert [payment.amount_captured for payment in await world.payments(booking_id)] == [1388]
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [1000]
    assert (await world.told(booking_id))[("booking_cancelled", owner.id)] == 1


async def test_reassigned_the_wished_walker_is_asked_alone_and_the_first_is_told(world: World) -> None:
    booking_id, owner, first = await _asked(world)
    await world.accept(booking_id, first)
    await world.town.walker(distance_m=100)
    wished = await world.town.walker(distance_m=2000)
    command = Reassign(reason="owner asked", actor_id=AGENT, walker_id=wished)
    await world.command(booking_id, "reassign", _granted(world, "reassign", booking_id, command))

    async def asked() -> list[UUID]:
        async with world.resources.database.transaction() as session:
            statement = select(Offer.walker_id).where(Offer.booking_id == booking_id, Offer.round == 2)
            return list(await session.scalars(statement))

    assert await world.eventually(asked) == [wished]
    told = await world.told(booking_id)
    assert told[("walk_taken_back", first)] == told[("walker_withdrew", owner.id)] == 1
    await world.accept(booking_id, wished)
    await world.walk(booking_id, wished)
    row = await world.closed(booking_id)
    assert (row.outcome, row.walker_id) == ("completed", wished)


async def test_support_completes_a_walk_whose_walker_forgot_to(world: World) -> None:
    booking_id, _, walker = await _asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.walk_for(booking_id, timedelta(minutes=30))
    ended = world.now()
    await world.advance(booking_id, timedelta(minutes=20))
    command = Complete(reason="her phone died", actor_id=AGENT, finished_at=ended)
    await world.command(booking_id, "complete", _granted(world, "complete", booking_id, command))
    row = await world.closed(booking_id)
    assert (row.outcome, row.finished_at) == ("completed", ended)
    assert [deed.action for deed in await _deeds(world, booking_id)] == ["complete"]


async def _collected(world: World, booking_id: UUID) -> None:
    """The workflow knows it too: the row is a step ahead of it."""

    async def is_known() -> bool:
        return (await world.state(booking_id)).payment_status in {"captured", "partially_refunded"}

    await world.eventually(is_known)


async def _walked(world: World, span: timedelta = timedelta(minutes=30)) -> tuple[UUID, Owner, UUID]:
    """Finished and paid for, as its workflow knows too; the walker's pay is due in two days."""
    booking_id, owner, walker = await _asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.walk_for(booking_id, span)
    await world.step(booking_id, "finish", walker)

    async def captured() -> bool:
        return (await world.state(booking_id)).payment_status in {"captured", "partially_refunded"}

    await world.eventually(captured)
    return booking_id, owner, walker


async def test_a_refund_by_grant_takes_the_walkers_part_out_of_her_pay(world: World) -> None:
    booking_id, owner, _ = await _walked(world)
    said = RefundByHand(reason="dog was wet", actor_id=AGENT, refund_id=uuid4(), amount=1388, claw_back=True)
    assert await world.refused(booking_id, "refund", said) == "grant_required"
    state = await world.command(booking_id, "refund", _granted(world, "refund", booking_id, said))
    assert state.payment_status == "partially_refunded"
    more = said.model_copy(update={"refund_id": uuid4(), "amount": TOTAL})
    assert await world.refused(booking_id, "refund", _granted(world, "refund", booking_id, more)) == "refund_too_large"
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [WALKER_SHARE - 1000]
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 1
    assert [(deed.actor, deed.action, deed.data["amount"]) for deed in await _deeds(world, booking_id)] == [
        (str(AGENT), "refund", 1388)
    ]


async def test_supports_verdict_is_the_last_and_money_follows_it(world: World) -> None:
    booking_id, owner, walker = await _walked(world)
    said = DecideVerdict(reason="photos show another dog", actor_id=AGENT, verdict=VerdictKind.SHORT, served_s=900)
    state = await world.command(booking_id, "verdict", _granted(world, "verdict", booking_id, said))
    assert state.summary is not None
    assert (state.summary.verdict, state.summary.served_s, state.payment_status) == ("short", 900, "partially_refunded")
    again = _granted(world, "verdict", booking_id, said.model_copy(update={"verdict": VerdictKind.SERVED}))
    assert await world.refused(booking_id, "verdict", again) == "paid_back"
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.payment_status) == ("short", "partially_refunded")
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [transfer.amount for transfer in transfers] == [WALKER_SHARE // 2]
    told = await world.told(booking_id)
    assert (told[("refund_made", owner.id)], told[("payout_sent", walker)]) == (1, 1)
    assert "verdict_decided" in {event.type for event in await _events(world, booking_id)}


async def test_supports_verdict_answers_the_task_that_asked_for_it(world: World) -> None:
    booking_id, _, walker = await _asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.advance(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker)

    await _collected(world, booking_id)
    assert (await world.tasks(booking_id))["verdict_inconclusive"] == "open"
    said = DecideVerdict(reason="photos prove it", actor_id=AGENT, verdict=VerdictKind.SERVED)
    await world.command(booking_id, "verdict", _granted(world, "verdict", booking_id, said))
    assert (await world.tasks(booking_id))["verdict_inconclusive"] == "resolved"
    row = await world.closed(booking_id)
    assert row.summary is not None
    assert (row.summary["verdict"], row.payment_status) == ("served", "captured")


async def test_what_a_verdict_gave_back_stays_given_back(world: World) -> None:
    booking_id, _, _ = await _walked(world, timedelta(minutes=8))
    assert (await world.row(booking_id)).payment_status == "partially_refunded"
    said = DecideVerdict(reason="her phone's clock was wrong", actor_id=AGENT, verdict=VerdictKind.SERVED)
    granted = _granted(world, "verdict", booking_id, said)
    assert await world.refused(booking_id, "verdict", granted) == "paid_back"


async def test_the_runbooks_command_line_holds_and_releases_and_moves_no_money(world: World) -> None:
    booking_id, _, _ = await _asked(world)

    async def cli(name: str) -> tuple[int, str]:
        said = ["--name", name, "--input", '{"reason": "odd address"}']
        return await temporal_cli(
            world, "workflow", "update", "start", "--wait-for-stage", "accepted", *said, workflow=booking_id
        )

    for name, on_hold in (("hold", True), ("release", False)):
        code, said = await cli(name)
        assert code == 0, said

        async def followed(wanted: bool = on_hold) -> bool:  # noqa: FBT001 bound here, asked without arguments
            return (await world.row(booking_id)).on_hold is wanted

        await world.eventually(followed)
    code, said = await cli("support_cancel")
    assert code != 0, said
    assert (await world.row(booking_id)).status == "matching"
    assert [(deed.actor, deed.action) for deed in await _deeds(world, booking_id)] == [
        ("temporal", "hold"),
        ("temporal", "release"),
    ]


async def test_in_an_owners_or_a_walkers_name_the_command_line_moves_nothing(world: World) -> None:
    booking_id, owner, walker = await _asked(world)
    await world.accept(booking_id, walker)
    said = {
        "cancel": {"actor_id": str(owner.id), "expected_fee": 0},
        "withdraw": {"walker_id": str(walker)},
        "on_the_way": {"walker_id": str(walker)},
        "accept_offer": {"walker_id": str(walker)},
    }
    for name, payload in said.items():
        words = ["--wait-for-stage", "accepted", "--name", name, "--input", json.dumps(payload)]
        code, answer = await temporal_cli(world, "workflow", "update", "start", *words, workflow=booking_id)
        assert (code, "grant_required" in answer) == (1, True), answer
    assert (await world.row(booking_id)).status == "assigned"


async def test_books_that_do_not_balance_are_on_the_board_until_they_do(world: World) -> None:
    booking_id, _, _ = await _walked(world)
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
    await world.command(booking_id, "retry_payment", _granted(world, "retry_payment", booking_id, command))
    row = await world.closed(booking_id)
    assert (row.needs_attention, await needs()) == (None, None)
    assert (await reader.board(at=world.now())).unbalanced == []


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
    booking_id, owner, walker = await _asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.walk_for(booking_id, timedelta(minutes=17))
    await world.advance(booking_id, timedelta(minutes=3))
    await world.step(booking_id, "finish", walker)

    async def refunds() -> list[tuple[str, str]]:
        async with world.resources.database.transaction() as session:
            return [(one.reason, one.state) for one in await payments.refunds_of(session, booking_id)]

    await _collected(world, booking_id)
    assert await refunds() == [("verdict", "due")]
    said = RefundByHand(
        reason="wet dog", actor_id=AGENT, refund_id=uuid4(), amount=100, funded_by=FundedBy.PLATFORM, claw_back=False
    )
    state = await world.command(booking_id, "refund", _granted(world, "refund", booking_id, said))
    assert state.payment_status == "partially_refunded"
    assert sorted(await refunds()) == [("support", "paid"), ("verdict", "paid")]
    assert (await world.row(booking_id)).payment_status == "partially_refunded"
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "partially_refunded")
    events = [event.type for event in await _events(world, booking_id)]
    assert "refunded_by_support" in events
    assert (await world.told(booking_id))[("refund_made", owner.id)] == 2
