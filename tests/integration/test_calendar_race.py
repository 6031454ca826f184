"""Conflicts are impossible in the database, under any interleaving: everything that wants a walker's time, at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from dogwalk.db.models.base import uuid7
from dogwalk.db.session import constraint_name
from tests.support.calendars import disagreements, overlaps, watched
from tests.support.rivals import DONE, NOT_ASKED, SLOT, Rivals, rivals
from tests.support.rows import open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from tests.support.database import Template
    from tests.support.rivals import Move

CONNECTIONS = 32
WINDOW = 16  # slots everybody wants; what they come from lies beyond it
REFUSALS = {"walker_conflict", "offer_taken", NOT_ASKED}
KINDS = ("assignment", "tentative", "time_off")
EXCLUSION_VIOLATION = "23P01"
RAW = text("""
INSERT INTO walker_calendar (id, walker_id, kind, booking_id, starts_at, ends_at, travel_buffer, blocked, live, created_at)
VALUES (:id, :walker_id, :kind, NULL, :starts_at, :ends_at, :buffer,
        tstzrange(:starts_at, CAST(:ends_at AS timestamptz) + :buffer), TRUE, now())
""")


@pytest.fixture
async def race(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Rivals]:
    async with open_rows(stack_environment, template, database_pool_size=CONNECTIONS) as resources:
        yield await rivals(resources)


@pytest.fixture
def at_once(race: Rivals) -> Iterator[list[int]]:
    """How many connections were in use at each moment that one was taken."""
    pool: Any = race.resources.database.engine.sync_engine.pool
    seen: list[int] = []

    def count(*_: object) -> None:
        seen.append(pool.checkedout())

    event.listen(pool, "checkout", count)
    yield seen
    event.remove(pool, "checkout", count)


@pytest.mark.parametrize("seed", range(5))
async def test_whoever_races_for_a_walkers_time_two_never_have_it(race: Rivals, at_once: list[int], seed: int) -> None:
    moves = await everything(race, Random(seed))
    with watched(race.resources) as refused_by_postgres:
        answers = await asyncio.gather(*(move() for move in moves))
    assert max(at_once) >= 16
    assert await overlaps(race.resources) == []
    assert await disagreements(race.resources) == []
    assert set(answers) - {DONE} <= REFUSALS, Counter(answers)
    assert answers.count("walker_conflict"), "nobody met anybody"
    # Who comes second waits for the first one's row, and then for the constraint's answer: nobody was ever sent back.
    assert set(refused_by_postgres) <= {EXCLUSION_VIOLATION}


async def test_what_was_decided_is_decided_again_the_same_way(race: Rivals) -> None:
    """An activity whose answer was lost is run once more."""
    walks = [await race.offered(slot, race.her) for slot in range(8)]
    first = await asyncio.gather(*(race.claim(one, race.her) for one in walks))
    again = await asyncio.gather(*(race.claim(one, race.her) for one in walks))
    assert first == again
    assert Counter(first)[DONE] in {2, 3}  # of eight slots, three a walk


async def test_two_walkers_take_over_from_each_other_at_once(race: Rivals) -> None:
    hers, others = await race.held(0, race.her, stand_by=race.other), await race.held(8, race.other, stand_by=race.her)
    with watched(race.resources) as refused_by_postgres:
        answers = await asyncio.gather(
            race.claim(hers, race.other, replaces=race.her), race.claim(others, race.her, replaces=race.other)
        )
    assert answers == [DONE, DONE]
    assert refused_by_postgres == []
    assert await disagreements(race.resources) == []


async def test_the_database_refuses_two_at_one_time_whoever_writes_them(race: Rivals) -> None:
    for place, (one, other) in enumerate(product(KINDS, KINDS)):
        await write(race, one, race.at(100 * place))
        with pytest.raises(IntegrityError) as caught:
            await write(race, other, race.at(100 * place + 1))
        assert constraint_name(caught.value) == "ex_walker_calendar_no_overlap"


async def test_the_way_to_the_next_walk_is_hers_too(race: Rivals) -> None:
    await write(race, "assignment", race.at(0))
    with pytest.raises(IntegrityError):
        await write(race, "time_off", race.at(3) - timedelta(minutes=1))
    await write(race, "assignment", race.at(3))


# --- who wants what ----------------------------------------------------------------------------------------------------


async def everything(race: Rivals, chance: Random) -> list[Move]:
    """In an order of chance, each for a slot of chance."""
    moves = [
        *await claims(race, chance),
        *await takeovers(race, chance),
        *await moved_walks(race, chance),
        *await times_off(race, chance),
        *await withdrawals(race),
    ]
    chance.shuffle(moves)
    return moves


async def claims(race: Rivals, chance: Random) -> list[Move]:
    """Walks offered to her, to both walkers, and those of plans, for which she is asked in the same instant."""
    moves: list[Move] = []
    for _ in range(5):
        booking_id = await race.offered(any_slot(chance), race.her)
        moves.append(partial(race.claim, booking_id, race.her))
    for _ in range(3):
        booking_id = await race.offered(any_slot(chance), race.her, race.other)
        moves += [partial(race.claim, booking_id, who) for who in (race.her, race.other)]
    for _ in range(4):
        booking_id = await race.of_plan(any_slot(chance))
        moves.append(partial(race.ask_and_claim, booking_id, race.her))
    return moves


async def takeovers(race: Rivals, chance: Random) -> list[Move]:
    """Walks of the other one's, who is late."""
    slots = chance.sample(range(0, WINDOW, 3), k=3)
    held = [await race.held(slot, race.other, stand_by=race.her) for slot in slots]
    return [partial(race.claim, one, race.her, replaces=race.other) for one in held]


async def moved_walks(race: Rivals, chance: Random) -> list[Move]:
    """Hers, from another day: by agreement, and by a storm."""
    moves: list[Move] = []
    for place in range(5):
        booking_id, slot = await race.held(100 + 3 * place, race.her), any_slot(chance)
        if place % 2:
            moves.append(partial(race.delay, booking_id, slot))
        else:
            asked = await race.asked_for(booking_id, slot)
            moves.append(partial(race.reschedule, booking_id, asked))
    return moves


async def times_off(race: Rivals, chance: Random) -> list[Move]:
    moves: list[Move] = [partial(race.take_off, any_slot(chance)) for _ in range(4)]
    for place in range(2):
        elsewhere, here = await race.off(200 + 2 * place), await race.off(3 + 8 * place)
        moves.append(partial(race.move_off, elsewhere, any_slot(chance)))
        moves.append(partial(race.end_off, here))
    return moves


async def withdrawals(race: Rivals) -> list[Move]:
    """What she has in the middle of it all, given back."""
    held = [await race.held(slot, race.her) for slot in (0, 8)]
    return [partial(race.withdraw, one, race.her) for one in held]


def any_slot(chance: Random) -> int:
    return chance.randrange(WINDOW)


async def write(race: Rivals, kind: str, starts_at: datetime) -> None:
    """By nobody's rules but the table's."""
    given = {
        "id": uuid7(),
        "walker_id": race.her,
        "kind": kind,
        "starts_at": starts_at,
        "ends_at": starts_at + 2 * SLOT,
        "buffer": timedelta() if kind == "time_off" else SLOT,
    }
    async with race.resources.database.transaction() as session:
        await session.execute(RAW, given)
