"""S27: a weekly plan over both clock changes, a holiday, a skip and a pause: the same wall time, right prices, no double."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from dogwalk.contracts.booking import BookingState
from dogwalk.contracts.plan import ChangePlan, EndPlan, Occurrence, OccurrenceStep, ResumePlan, TakeBreak, Weekly
from dogwalk.db.models.person import Person
from dogwalk.domain.plan import BreakKind
from dogwalk.domain.policy import MarketPolicy, Pricing
from dogwalk.errors import DogwalkError
from dogwalk.services.plan.occurrences import Occurrences
from dogwalk.services.quote import Quotes
from tests.support.histories import history_of, replay
from tests.support.plans import NOON, days_from_today, make_plan, next_clock_changes
from tests.support.world import open_world
from workflows import policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dogwalk.db.models.plan import PlanOccurrence
    from tests.support.database import Template
    from tests.support.people import Owner
    from tests.support.plans import Series
    from tests.support.world import World

NEW_YORK = "America/New_York"
RECORD = "RECORD_HISTORIES"
DAY = timedelta(days=1)
SUNDAY, THURSDAY = 6, 3
EVERY_DAY = range(7)


def days_between(first: date, last: date, *weekdays: int) -> Iterator[date]:
    """Both included."""
    for n in range((last - first).days + 1):
        if (first + n * DAY).weekday() in weekdays:
            yield first + n * DAY


@pytest.mark.timeout(400)
async def test_s27_a_year_of_a_plan(stack_environment: dict[str, str], template: Template) -> None:
    spring, autumn = next_clock_changes(NEW_YORK, after=datetime.now(ZoneInfo(NEW_YORK)).date() + 30 * DAY)
    starts_on, last = spring - 10 * DAY, autumn + 24 * DAY
    pause = (spring + 14 * DAY, autumn - 15 * DAY)
    holiday, skipped_early, skipped_late = spring + 4 * DAY, autumn, autumn + 14 * DAY
    policy = MarketPolicy(version="festive", pricing=Pricing(holidays=frozenset({holiday})))
    async with open_world(stack_environment, template, policy=policy) as world:
        await world.town.walker()
        plan = await make_plan(
            world,
            await world.town.owner(),
            weekdays=[SUNDAY, THURSDAY],
            starts_on=starts_on,
            time_zone=NEW_YORK,
            passes_per_run=5,
        )
        await plan.command("take_break", TakeBreak(kind=BreakKind.PAUSE, first_on=pause[0]))
        await plan.advance_to(spring + 20 * DAY)
        await plan.advance_to(autumn - 25 * DAY)
        await plan.command("resume", ResumePlan(first_on=pause[1] + DAY))
        await plan.command("take_break", skip(skipped_late))  # not made yet
        await plan.advance_to(autumn - 5 * DAY)
        await plan.command("take_break", skip(skipped_early))  # booked already
        await plan.advance_to(autumn + 10 * DAY)

        walked = {*days_between(starts_on, last, SUNDAY, THURSDAY)} - {*days_between(*pause, *EVERY_DAY)}
        await plan.is_standing(*(walked - {skipped_early, skipped_late}))
        await _same_wall_time_right_price(plan, holiday)
        [called_off] = [row for row in await plan.rows() if row.state == "dropped"]
        assert called_off.local_date == skipped_early
        assert len(await plan.bookings()) == len(await plan.standing()) + 1
        assert await _runs_replayed(plan) > 3


async def _same_wall_time_right_price(plan: Series, holiday: date) -> None:
    offsets = set()
    for booking in await plan.bookings():
        local = booking.starts_at.astimezone(ZoneInfo(NEW_YORK))
        offsets.add(local.utcoffset())
        kinds = [line["kind"] for line in booking.lines]
        assert local.time() == NOON
        assert kinds == ["base", *(["holiday"] if local.date() == holiday else []), "service_fee"]
        assert booking.revealed_at is not None
    assert len(offsets) == 2


async def _runs_replayed(plan: Series) -> int:
    """How many runs the plan took so far: each replays."""
    world, run_id, runs = plan.world, None, 0
    while True:
        handle = world.client.get_workflow_handle(world.plans[plan.plan_id].id, run_id=run_id)
        kept = await history_of(handle, world.resources.workflow_keys)
        assert await replay(kept) is None
        runs += 1
        if RECORD in os.environ:
            kept.save(Path(os.environ[RECORD]) / f"plan_run_{runs}_before_the_last.json")
        run_id = kept.history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
        if not run_id:
            return runs


async def test_s27_a_broken_occurrence_does_not_break_the_series(world: World) -> None:
    await world.town.walker()
    plan = await make_plan(world, await world.town.owner(), weekdays=EVERY_DAY, starts_on=days_from_today(world, 10))
    fortnight = [plan.today + n * DAY for n in range(10, 14)]
    await plan.is_standing(*fortnight)
    lost = fortnight[1]
    await plan.command("change", ChangePlan(effective_from=lost, effective_until=lost, service="walk_90"))
    await plan.is_standing(*(day for day in fortnight if day != lost))

    async def told() -> bool:
        return (await plan.told())["plan_occurrence_broken"] == 1

    await world.eventually(told)
    [broken] = [row for row in await plan.rows() if row.state == "broken"]
    assert (broken.local_date, broken.code, broken.round) == (lost, "unknown_service", 2)
    assert [(task.kind, task.status) for task in await plan.tasks()] == [("plan_occurrence_broken", "open")]
    await plan.advance(2 * DAY)
    await plan.is_standing(*({*fortnight, *(plan.today + n * DAY for n in (12, 13))} - {lost}))
    await plan.command("change", ChangePlan(effective_from=lost, effective_until=lost, service="walk_60"))

    async def mended() -> bool:
        return lost in await plan.standing()

    await world.eventually(mended, timeout_s=60)
    prices = {row.service for row in await plan.bookings() if row.id == (await plan.standing())[lost].booking_id}
    assert prices == {"walk_60"}


async def test_s27_what_its_owner_puts_right_is_booked_a_day_later(world: World) -> None:
    owner = await world.town.owner()
    await world.town.walker()
    first = days_from_today(world, 15)
    plan = await make_plan(world, owner, weekdays=EVERY_DAY, starts_on=first)
    await _person(world, owner, phone_verified_at=None)
    await plan.advance_to(first - 13 * DAY)
    await plan.advance(timedelta(hours=1))
    await world.eventually(lambda: _states(plan, {"broken": 2}), timeout_s=60)
    assert {row.code for row in await plan.rows()} == {"verification_required"}
    await _person(world, owner, phone_verified_at=world.now())
    await plan.advance(DAY)
    await plan.is_standing(first, first + DAY, first + 2 * DAY)
    assert {row.round for row in await plan.rows()} == {1}
    assert (await plan.told())["plan_occurrence_broken"] == 2


async def test_s27_while_an_account_is_locked_nothing_is_booked_and_nobody_told(world: World) -> None:
    owner = await world.town.owner()
    await world.town.walker()
    await _person(world, owner, locked_at=world.now())
    plan = await make_plan(world, owner, weekdays=EVERY_DAY, starts_on=days_from_today(world, 12))
    await world.eventually(lambda: _states(plan, {"broken": 2}), timeout_s=60)
    await plan.advance(DAY)
    await world.eventually(lambda: _states(plan, {"broken": 3}), timeout_s=60)
    assert {(row.code, row.round) for row in await plan.rows()} == {("account_locked", 1)}
    assert (await plan.bookings(), await plan.told(), await plan.tasks()) == ([], Counter(), [])
    await _person(world, owner, locked_at=None)
    await plan.advance(DAY)
    await plan.is_standing(*(plan.today + n * DAY for n in range(10, 14)))
    assert (await plan.state()).status == "active"


async def _person(world: World, owner: Owner, **fields: datetime | None) -> None:
    async with world.resources.database.transaction() as session:
        person = await session.get_one(Person, owner.id)
        for name, value in fields.items():
            setattr(person, name, value)


async def test_s27_one_day_is_changed_and_all_that_follow(world: World) -> None:
    await world.town.walker()
    plan = await make_plan(world, await world.town.owner(), weekdays=EVERY_DAY, starts_on=days_from_today(world, 10))
    one, other, later, last = (plan.today + n * DAY for n in range(10, 14))
    await plan.is_standing(one, other, later, last)
    at_four = Weekly(weekday=other.weekday(), at=time(16))
    await plan.command("change", ChangePlan(effective_from=other, effective_until=other, weekly=[at_four]))
    only = Weekly(weekday=last.weekday(), at=time(8))
    await plan.command("change", ChangePlan(effective_from=later, weekly=[only]))
    await plan.is_standing(one, at={other: time(16), last: time(8)})
    cancelled = [row for row in await plan.bookings() if row.outcome == "cancelled_by_owner"]
    assert len(cancelled) == 3
    [stale] = [_step(world, row) for row in await plan.rows() if row.local_date == one]
    await _occurrences(world).drop(stale)  # of a look at the plan before its owner asked for this day again
    await plan.is_standing(one, at={other: time(16), last: time(8)})


def _step(world: World, row: PlanOccurrence) -> OccurrenceStep:
    named = {name: getattr(row, name) for name in ("plan_id", "local_date", "round", "terms_number", "starts_at")}
    return OccurrenceStep(occurrence=Occurrence(wall_time=row.at, **named), at=world.now())


def _occurrences(world: World) -> Occurrences:
    database = world.resources.database
    quotes = Quotes(database=database)
    return Occurrences(database=database, quotes=quotes, requests=world.requests, dispatcher=world.running)


async def test_s27_what_would_cost_something_is_not_skipped(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    plan = await make_plan(world, owner, weekdays=EVERY_DAY, starts_on=days_from_today(world, 1))
    first, *_ = (await _fortnight(plan)).values()
    booking_id = first.booking_id
    world.handles[booking_id] = world.client.get_workflow_handle(f"booking-{booking_id}", result_type=BookingState)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    near = max(first.starts_at - timedelta(hours=20) - world.now(), timedelta(minutes=6))
    await world.advance(booking_id, near)
    await plan.follow(near)
    with pytest.raises(DogwalkError) as caught:
        await plan.command("take_break", skip(first.local_date))
    assert caught.value.code == "cancellation_costs"
    day = first.local_date
    later = [Weekly(weekday=day.weekday(), at=time(18))]
    await plan.command("change", ChangePlan(effective_from=day, effective_until=day, weekly=later))
    await world.eventually(lambda: _states(plan, {"kept": 1, "booked": 13}), timeout_s=60)
    await world.eventually(plan.waits, timeout_s=60)
    assert [row.at for row in await plan.rows() if row.local_date == day] == [NOON], "no second walk beside it"
    with pytest.raises(DogwalkError) as caught:
        await plan.command("take_break", skip(day))
    assert caught.value.code == "cancellation_costs", "it is walked all the same"
    await plan.command("end", EndPlan())
    await world.eventually(lambda: _states(plan, {"kept": 1, "dropped": 13}), timeout_s=60)
    assert (await world.row(booking_id)).status == "assigned"


async def test_s27_a_statement_a_week_and_the_same_walker_again(world: World) -> None:
    owner, walker = await world.town.owner(), await world.town.walker()
    plan = await make_plan(
        world, owner, weekdays=[days_from_today(world, 2).weekday()], starts_on=days_from_today(world, 2)
    )
    [first, second] = (await _fortnight(plan, walks=2)).values()
    assert await plan.statements() == []
    booking_id = first.booking_id
    world.handles[booking_id] = world.client.get_workflow_handle(f"booking-{booking_id}", result_type=BookingState)
    await world.status(booking_id, "matching")
    await world.accept(booking_id, walker)
    before = world.now()
    await world.walk(booking_id, walker)
    await plan.follow(world.now() - before)
    monday = first.local_date + (7 - first.local_date.weekday()) * DAY
    await plan.advance_to(monday)

    async def stated() -> bool:
        return len(await plan.statements()) == 1

    await world.eventually(stated, timeout_s=60)
    [statement] = await plan.statements()
    assert (statement.week_of, statement.walks) == (monday - 7 * DAY, 1)
    assert (statement.captured, statement.refunded, statement.currency) == (2775, 0, "usd")
    assert (await plan.told())["plan_statement"] == 1
    await plan.advance_to(second.local_date + 8 * DAY)
    third = (await plan.standing())[first.local_date + 14 * DAY]
    assert (await world.row(third.booking_id)).preferred_walker_ids == [walker]


async def test_s27_a_plan_that_is_over_ends(world: World) -> None:
    starts_on = days_from_today(world, 2)
    plan = await make_plan(world, await world.town.owner(), weekdays=EVERY_DAY, starts_on=starts_on, ends_on=starts_on)
    await plan.is_standing(starts_on)
    await plan.advance(20 * DAY)
    state = await world.plans[plan.plan_id].result()
    assert (state.status, state.over) == ("ended", True)
    assert [one.walks for one in await plan.statements()] == [1]


async def test_s27_stripe_away_puts_a_day_off_and_breaks_nothing(
    stack_environment: dict[str, str], template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(policies.OCCURRENCE, "schedule_to_close_timeout", timedelta(seconds=2))
    async with open_world(stack_environment, template) as world:
        await world.town.walker()
        owner = await world.town.owner()
        day = days_from_today(world, 13)
        plan = await make_plan(world, owner, weekdays=[day.weekday()], starts_on=day + 7 * DAY)
        await world.control.fault(route="/v1/payment_methods/*", method="GET", status=500, times=None)
        await plan.advance(7 * DAY)
        await world.eventually(lambda: _states(plan, {"due": 1}), timeout_s=60)
        await world.eventually(plan.waits, timeout_s=60)
        await world.control.clear_faults()
        await plan.advance(timedelta(minutes=61))
        await plan.is_standing(day + 7 * DAY)
        assert (await plan.told(), [row.round for row in await plan.rows()]) == (Counter(), [1])


async def test_s27_a_raw_cancel_from_the_ui_ends_the_plan_in_good_order(world: World) -> None:
    await world.town.walker()
    plan = await make_plan(world, await world.town.owner(), weekdays=EVERY_DAY, starts_on=days_from_today(world, 10))
    await plan.is_standing(*(plan.today + n * DAY for n in range(10, 14)))
    await world.plans[plan.plan_id].cancel()
    assert (await world.plans[plan.plan_id].result()).status == "ended"
    assert {row.state for row in await plan.rows()} == {"dropped"}


def skip(day: date) -> TakeBreak:
    return TakeBreak(kind=BreakKind.SKIP, first_on=day, last_on=day)


async def _fortnight(plan: Series, *, walks: int = 13) -> dict[date, PlanOccurrence]:
    async def booked() -> bool:
        return len(await plan.standing()) >= walks

    await plan.world.eventually(booked, timeout_s=60)
    return await plan.standing()


async def _states(plan: Series, expected: dict[str, int]) -> bool:
    states = [row.state for row in await plan.rows()]
    return {state: states.count(state) for state in set(states)} == expected
