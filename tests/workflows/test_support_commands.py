"""What support does to a running booking: each deed once, with its reason in the audit log, the strong ones by grant."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import select
from temporalio.exceptions import ApplicationError

from dogwalk.contracts.booking import AcceptOffer
from dogwalk.contracts.support import Complete, Reassign, SupportCancel, SupportCommand
from dogwalk.db.models.booking import Offer
from tests.support.deeds import AGENT, TOTAL, WALKER_SHARE, booking_asked, deeds_on, events_of, with_grant
from tests.support.temporal_cli import temporal_cli
from tests.support.trouble import Meanwhile
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from tests.support.database import Template


async def test_on_hold_nobody_is_asked_nobody_may_accept_and_no_deadline_ends_it(world: World) -> None:
    booking_id, owner, walker = await booking_asked(world)
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
    booking_id, owner, _ = await booking_asked(world)
    await world.command(
        booking_id, "hold", with_grant(world, "hold", booking_id, SupportCommand(reason="odd", actor_id=AGENT))
    )
    await world.command(booking_id, "note", SupportCommand(reason="called twice", actor_id=AGENT))
    proven, said = await deeds_on(world, booking_id)
    assert (proven.actor, proven.action, proven.reason) == (str(AGENT), "hold", "odd")
    assert (said.actor, said.action, said.data) == ("temporal", "note", {"said_to_be": str(AGENT)})
    shown = {event.type: event for event in await events_of(world, booking_id)}
    assert (shown["on_hold"].actor, shown["on_hold"].audience, shown["on_hold"].data) == ("support", [owner.id], {})
    assert shown["support_note"].audience == []


async def test_a_signal_from_the_command_line_does_what_the_update_does(world: World) -> None:
    booking_id, _, _ = await booking_asked(world)
    handle = world.handles[booking_id]
    await handle.signal("hold", {"reason": "storm"})

    async def held() -> bool:
        return (await world.row(booking_id)).on_hold

    await world.eventually(held)
    await handle.signal("cancel_free", {"reason": "storm"})
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "released")
    assert [deed.action for deed in await deeds_on(world, booking_id)] == ["hold", "cancel_free"]


async def test_a_signal_that_comes_too_late_is_passed_over(world: World) -> None:
    booking_id, _, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.handles[booking_id].signal("cancel_free", {"reason": "storm"})
    await world.walk_for(booking_id, timedelta(minutes=30))
    await world.step(booking_id, "finish", walker)
    assert (await world.closed(booking_id)).outcome == "completed"


async def test_a_signal_with_words_that_cannot_be_kept_blocks_nothing(world: World) -> None:
    booking_id, _, _ = await booking_asked(world)
    for words in ("odd\x00", "o" * 2001):
        await world.handles[booking_id].signal("note", {"reason": words})
    await world.command(booking_id, "hold", SupportCommand(reason="storm"))
    assert [deed.action for deed in await deeds_on(world, booking_id)] == ["hold"]


async def test_a_signal_that_cannot_be_written_down_does_not_end_the_booking(
    stack_environment: dict[str, str], template: Template
) -> None:
    unwritten = Meanwhile("booking.note")
    async with open_world(stack_environment, template, interceptors=[unwritten]) as world:
        booking_id, _, _ = await booking_asked(world)

        async def fails() -> None:
            raise ApplicationError("the disk is full", non_retryable=True)

        unwritten.happens = fails
        await world.handles[booking_id].signal("note", {"reason": "called"})
        await world.command(booking_id, "hold", SupportCommand(reason="storm"))
        assert unwritten.happens is None
        assert (await world.state(booking_id)).on_hold_at is not None


async def test_on_hold_the_walker_is_not_paid(world: World) -> None:
    booking_id, _, walker = await booking_asked(world)
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
    booking_id, _, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.town.walker()
    command = SupportCancel(reason="walker fell ill", actor_id=AGENT, fee=0)
    assert await world.refused(booking_id, "support_cancel", command) == "grant_required"
    granted = with_grant(world, "support_cancel", booking_id, command)
    dearer = granted.model_copy(update={"fee": TOTAL})
    assert await world.refused(booking_id, "support_cancel", dearer) == "grant_invalid"
    elsewhere = with_grant(world, "support_cancel", uuid4(), command)
    assert await world.refused(booking_id, "support_cancel", elsewhere) == "grant_invalid"
    other_deed = with_grant(world, "reassign", booking_id, Reassign(reason="ill", actor_id=AGENT))
    assert (await world.command(booking_id, "reassign", other_deed)).status == "matching"
    assert await world.refused(booking_id, "reassign", other_deed) == "grant_used"
    await world.advance(booking_id, timedelta(minutes=6))
    assert await world.refused(booking_id, "support_cancel", granted) == "grant_invalid"
    again = with_grant(world, "support_cancel", booking_id, command)
    await world.command(booking_id, "support_cancel", again)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_support", "released")
    assert [(deed.actor, deed.action) for deed in await deeds_on(world, booking_id)] == [
        (str(AGENT), "reassign"),
        (str(AGENT), "cancel"),
    ]


async def test_reassigned_the_wished_walker_is_asked_alone_and_the_first_is_told(world: World) -> None:
    booking_id, owner, first = await booking_asked(world)
    await world.accept(booking_id, first)
    await world.town.walker(distance_m=100)
    wished = await world.town.walker(distance_m=2000)
    command = Reassign(reason="owner asked", actor_id=AGENT, walker_id=wished)
    await world.command(booking_id, "reassign", with_grant(world, "reassign", booking_id, command))

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


async def test_reassigned_too_late_to_ask_anybody_it_stays_with_its_walker(world: World) -> None:
    booking_id, _, first = await booking_asked(world)
    await world.accept(booking_id, first)
    await world.town.walker()
    start = (await world.row(booking_id)).starts_at
    await world.wait(booking_id, start + timedelta(minutes=16) - world.now())
    command = with_grant(world, "reassign", booking_id, Reassign(reason="not heard of", actor_id=AGENT))
    assert await world.refused(booking_id, "reassign", command) == "too_late"
    row = await world.row(booking_id)
    assert (row.status, row.walker_id) == ("assigned", first)


async def test_support_completes_a_walk_whose_walker_forgot_to(world: World) -> None:
    booking_id, _, walker = await booking_asked(world)
    await world.accept(booking_id, walker)
    await world.set_out(booking_id, walker)
    await world.walk_for(booking_id, timedelta(minutes=30))
    ended = world.now()
    await world.advance(booking_id, timedelta(minutes=20))
    command = Complete(reason="her phone died", actor_id=AGENT, finished_at=ended)
    await world.command(booking_id, "complete", with_grant(world, "complete", booking_id, command))
    row = await world.closed(booking_id)
    assert (row.outcome, row.finished_at) == ("completed", ended)
    assert [deed.action for deed in await deeds_on(world, booking_id)] == ["complete"]


async def test_the_runbooks_command_line_holds_and_releases_and_moves_no_money(world: World) -> None:
    booking_id, _, _ = await booking_asked(world)

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
    assert [(deed.actor, deed.action) for deed in await deeds_on(world, booking_id)] == [
        ("temporal", "hold"),
        ("temporal", "release"),
    ]


async def test_in_an_owners_or_a_walkers_name_the_command_line_moves_nothing(world: World) -> None:
    booking_id, owner, walker = await booking_asked(world)
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
