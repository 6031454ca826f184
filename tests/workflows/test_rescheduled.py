"""A walk is moved with the other side's consent: calendar, times, price, hold and the cancellation's terms follow."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dogwalk.contracts.booking import AnswerReschedule, CancelBooking, Withdraw
from dogwalk.db.models.market import MarketPolicy
from dogwalk.db.repositories import calendar
from dogwalk.errors import DogwalkError
from dogwalk.services.booking.reschedule import Reschedules
from dogwalk.services.event.timeline import Timelines
from tests.support.people import MARKET
from tests.support.rescheduling import agree, answer, ask

if TYPE_CHECKING:
    from uuid import UUID

    from tests.support.people import Owner
    from tests.support.world import World

ASKS_ALWAYS = "pm_card_authenticationRequired"


async def assigned(world: World, owner: Owner, walker: UUID, *, starts_in: timedelta = timedelta(hours=30)) -> UUID:
    booking_id = await world.book(owner, starts_in=starts_in)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    return booking_id


async def make_holiday(world: World, day: date) -> None:
    """Of the market, before anybody books."""
    pricing = world.town.policy.pricing.model_copy(update={"holidays": frozenset({day})})
    world.town.policy = world.town.policy.model_copy(update={"version": "festive", "pricing": pricing})
    document = world.town.policy.model_dump(mode="json")
    row = MarketPolicy(
        market_id=MARKET, version="festive", valid_from=world.now(), document=document, created_at=world.now()
    )
    async with world.resources.database.transaction() as session:
        session.add(row)


async def blocked_from(world: World, booking_id: UUID) -> datetime:
    async with world.resources.database.transaction() as session:
        found = await calendar.live_assignment(session, booking_id)
    assert found is not None
    return found.starts_at


async def test_reschedule_agreed_and_walked_at_the_new_time(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker)
    old = (await world.row(booking_id)).starts_at
    asked = await ask(world, booking_id, owner.id, by=timedelta(hours=4))
    assert (await world.row(booking_id)).starts_at == old
    assert (await world.told(booking_id))[("reschedule_asked", walker)] == 1
    await agree(world, booking_id, asked, walker)
    await agree(world, booking_id, asked, walker)
    row = await world.row(booking_id)
    assert (row.starts_at, row.ends_at - row.starts_at) == (old + timedelta(hours=4), timedelta(minutes=30))
    assert (row.original_starts_at, await blocked_from(world, booking_id)) == (None, row.starts_at)
    told = await world.told(booking_id)
    assert told[("rescheduled", owner.id)] == told[("rescheduled", walker)] == 1
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status, row.needs_attention) == ("completed", "captured", None)
    assert ("walk_overrun", owner.id) not in await world.told(booking_id)
    assert (await world.cost(booking_id)).actions <= 28


async def test_reschedule_declined_or_too_late_leaves_all_as_it_was(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker, starts_in=timedelta(hours=8))
    before = (await world.row(booking_id)).starts_at
    asked = await ask(world, booking_id, walker, by=timedelta(hours=2))
    own = AnswerReschedule(reschedule_id=asked.reschedule_id, by="walker", person_id=walker)
    assert await world.refused(booking_id, "accept_reschedule", own) == "own_reschedule"
    await world.command(booking_id, "decline_reschedule", answer(asked, owner.id))
    assert (await world.told(booking_id))[("reschedule_declined", walker)] == 1
    assert await world.refused(booking_id, "accept_reschedule", answer(asked, owner.id)) == "reschedule_lapsed"
    again = await ask(world, booking_id, walker, by=timedelta(hours=2))
    await world.advance(booking_id, timedelta(hours=6, minutes=1))
    assert await world.refused(booking_id, "accept_reschedule", answer(again, owner.id)) == "reschedule_lapsed"
    view = await Reschedules(database=world.resources.database).latest(booking_id, owner.id, at=world.now())
    assert (view.status, (await world.row(booking_id)).starts_at) == ("lapsed", before)


async def test_both_are_told_when_nobody_agreed_in_time(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker, starts_in=timedelta(hours=8))
    await ask(world, booking_id, walker, by=timedelta(hours=2))
    await world.advance(booking_id, timedelta(hours=5, minutes=59))
    assert ("reschedule_lapsed", owner.id) not in await world.told(booking_id)
    await world.wait(booking_id, timedelta(minutes=2))
    await _told_lapsed(world, booking_id, owner.id, walker)
    row = await world.row(booking_id)
    lines = await Timelines(database=world.resources.database, texts=world.resources.texts).of(booking_id, owner.id)
    assert "reschedule_lapsed" in {line.type for line in lines}
    assert row.status == "assigned"
    await world.walk(booking_id, walker)
    assert (await world.closed(booking_id)).outcome == "completed"


async def test_what_was_answered_or_asked_anew_does_not_lapse(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker, starts_in=timedelta(hours=8))
    await ask(world, booking_id, walker, by=timedelta(hours=2))
    again = await ask(world, booking_id, walker, by=timedelta(hours=3))
    await world.command(booking_id, "decline_reschedule", answer(again, owner.id))
    await world.advance(booking_id, timedelta(hours=6, minutes=5))
    assert not {kind for kind, _ in await world.told(booking_id)} & {"reschedule_lapsed"}


async def test_a_proposal_lapses_with_its_walker_and_the_next_never_hears_of_it(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker)
    asked = await ask(world, booking_id, owner.id, by=timedelta(hours=2))
    following = await world.town.walker()
    await world.command(booking_id, "withdraw", Withdraw(walker_id=walker))
    await _told_lapsed(world, booking_id, owner.id)
    await world.accept(booking_id, following)
    assert await world.refused(booking_id, "accept_reschedule", answer(asked, following)) == "reschedule_lapsed"
    assert {person for kind, person in await world.told(booking_id) if kind == "reschedule_lapsed"} == {owner.id}


async def test_a_walk_called_off_lets_its_proposal_go_in_silence(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker)
    await ask(world, booking_id, walker, by=timedelta(hours=2))
    await world.cancel(booking_id, owner, fee=0)
    assert (await world.closed(booking_id)).outcome == "cancelled_by_owner"
    assert not {kind for kind, _ in await world.told(booking_id)} & {"reschedule_lapsed"}


async def _told_lapsed(world: World, booking_id: UUID, *people: UUID) -> None:
    async def told() -> bool:
        return {person for kind, person in await world.told(booking_id) if kind == "reschedule_lapsed"} == {*people}

    await world.eventually(told)


async def test_reschedule_into_another_walk_of_hers_moves_nothing(world: World) -> None:
    owner, other, walker = await world.town.owner(), await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker)
    await assigned(world, other, walker, starts_in=timedelta(hours=34))
    before = (await world.row(booking_id)).starts_at
    asked = await ask(world, booking_id, owner.id, by=timedelta(hours=4))
    assert await world.refused(booking_id, "accept_reschedule", answer(asked, walker)) == "walker_conflict"
    assert ((await world.row(booking_id)).starts_at, await blocked_from(world, booking_id)) == (before, before)


async def test_reschedule_to_a_dearer_day_is_shown_first_and_held_for(world: World) -> None:
    """A holiday costs half as much again: a larger hold, then the old one is let go."""
    owner, walker = await world.town.owner(), await world.town.walker()
    await make_holiday(world, (world.now() + timedelta(hours=54)).date())
    booking_id = await assigned(world, owner, walker)
    with pytest.raises(DogwalkError) as caught:
        await ask(world, booking_id, owner.id, by=timedelta(hours=24))
    assert (caught.value.code, caught.value.extra["total"]["amount"]) == ("price_changed", 4163)
    asked = await ask(world, booking_id, owner.id, by=timedelta(hours=24), expected_total=4163)
    await agree(world, booking_id, asked, walker)
    row = await world.row(booking_id)
    assert (row.total, row.walker_earns) == (4163, 3000)
    assert [(one.amount, one.status) for one in await world.payments(booking_id)] == [
        (2775, "canceled"),
        (4163, "held"),
    ]
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    transfers = await world.resources.payments.find_transfers(booking_id=str(booking_id))
    assert [one.amount for one in transfers] == [3000]


async def test_reschedule_to_a_dearer_day_the_card_does_not_cover_moves_nothing(world: World) -> None:
    owner, walker = await world.town.owner(card=ASKS_ALWAYS), await world.town.walker()
    await make_holiday(world, (world.now() + timedelta(hours=54)).date())
    booking_id = await world.book(owner)
    await world.confirm_on_the_phone(booking_id)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    before = await world.row(booking_id)
    asked = await ask(world, booking_id, owner.id, by=timedelta(hours=24), expected_total=4163)
    assert await world.refused(booking_id, "accept_reschedule", answer(asked, walker)) == "payment_failed"
    row = await world.row(booking_id)
    assert (row.starts_at, row.total, row.payment_status) == (before.starts_at, before.total, "held")
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")


async def test_reschedule_to_a_cheaper_day_keeps_the_hold(world: World) -> None:
    """Only what the walk costs is captured of it."""
    owner, walker = await world.town.owner(), await world.town.walker()
    await make_holiday(world, (world.now() + timedelta(hours=30)).date())
    booking_id = await assigned(world, owner, walker)
    assert (await world.row(booking_id)).total == 4163
    asked = await ask(world, booking_id, walker, by=timedelta(hours=24))
    await agree(world, booking_id, asked, owner.id)
    await world.walk(booking_id, walker)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("completed", "captured")
    assert [(one.amount, one.amount_captured) for one in await world.payments(booking_id)] == [(4163, 2775)]


async def test_reschedule_inside_a_day_does_not_make_a_cancellation_free(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    booking_id = await assigned(world, owner, walker, starts_in=timedelta(hours=20))
    await world.advance(booking_id, timedelta(minutes=10))
    old = (await world.row(booking_id)).starts_at
    asked = await ask(world, booking_id, owner.id, by=timedelta(days=3))
    await agree(world, booking_id, asked, walker)
    assert (await world.row(booking_id)).original_starts_at == old
    free = CancelBooking(actor_id=owner.id, expected_fee=0)
    assert await world.refused(booking_id, "cancel", free) == "terms_changed"
    await world.cancel(booking_id, owner, fee=1388)
    row = await world.closed(booking_id)
    assert (row.outcome, row.payment_status) == ("cancelled_by_owner", "captured")
