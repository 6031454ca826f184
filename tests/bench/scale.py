"""B5: what is asked of walkers' places and calendars, beside itself with a hundredth of the data."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING

from dogwalk.bootstrap import Resources
from tests.bench.crowd import PER_TOWN, Crowd
from tests.bench.figure import Figure
from tests.bench.questions import QUESTIONS, Asked
from tests.bench.spread import percentile, ratio
from tests.support.rows import make_booking, make_person, open_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.bench.place import Place

LIMIT = 2.0
NOT_COUNTED = 10  # of each, until statements are prepared and pages are in memory
IN_ONE_TURN = 10


@dataclass(kw_only=True)
class Filled:
    """A database of its own. `spent`: milliseconds, by question."""

    resources: Resources
    asked: Asked
    spent: dict[str, list[float]] = field(default_factory=dict)

    @property
    def crowd(self) -> Crowd:
        return self.asked.crowd

    def p50(self, question: str) -> float:
        return percentile(self.spent[question], 50)


async def measure(place: Place) -> list[Figure]:
    """As walkers grow in number, towns do: the density is held. Then one town alone becomes denser."""
    async with AsyncExitStack() as stack:
        crowds = [Crowd(walkers=walkers) for walkers in place.size.walkers]
        grown = [await stack.enter_async_context(filled(place, crowd)) for crowd in crowds]
        denser = Crowd(walkers=PER_TOWN * place.size.denser, per_town=PER_TOWN * place.size.denser)
        dense = await stack.enter_async_context(filled(place, denser))
        for question in QUESTIONS:
            place.say(f"B5 {question}")
            await _ask(question, [*grown, dense], times=place.size.questions)
    return [*_wider(grown), _denser(grown[0], dense)]


@asynccontextmanager
async def filled(place: Place, crowd: Crowd) -> AsyncIterator[Filled]:
    place.say(f"B5 loads {crowd.walkers:,} walkers, {crowd.bookings:,} bookings, {crowd.per_town:,} walkers a town")
    async with open_rows(place.environment, place.template) as resources:
        await crowd.load(resources.settings.database_url.get_secret_value())
        booking_id = await make_booking(resources, owner_id=await make_person(resources))
        yield Filled(
            resources=resources,
            asked=Asked(crowd=crowd, booking_id=booking_id, chance=Random(3)),
        )


async def _ask(question: str, databases: Sequence[Filled], *, times: int) -> None:
    """In turns, so that the machine's mood falls on all sizes."""
    for database in databases:
        await _turn(question, database, times=NOT_COUNTED)
        database.spent[question] = []
    for _ in range(max(1, times // IN_ONE_TURN)):
        for database in databases:
            database.spent[question] += await _turn(question, database, times=IN_ONE_TURN)


async def _turn(question: str, database: Filled, *, times: int) -> list[float]:
    """Nothing of it stays written."""
    spent = []
    async with database.resources.database.transaction() as session:
        for _ in range(times):
            undone = await session.begin_nested()
            began = perf_counter()
            await QUESTIONS[question](session, database.asked)
            spent.append((perf_counter() - began) * 1000)
            await undone.rollback()
    return spent


def _wider(grown: Sequence[Filled]) -> list[Figure]:
    first, *rest = grown
    return [_figure(question, first, one, limit=LIMIT) for question in QUESTIONS for one in rest]


def _denser(sparse: Filled, dense: Filled) -> Figure:
    """All who fit are scored, so it may cost as much more as there are more of them, and no more."""
    times = dense.crowd.per_town / sparse.crowd.per_town
    what = f"matching, a town of {dense.crowd.per_town:,} walkers to one of {sparse.crowd.per_town:,}"
    return _figure("matching", sparse, dense, limit=times, what=what)


def _figure(question: str, first: Filled, other: Filled, *, limit: float, what: str = "") -> Figure:
    count, unit = (
        (other.crowd.bookings, "bookings") if question == "conflict check" else (other.crowd.walkers, "walkers")
    )
    mine, floor = other.p50(question), first.p50(question)
    return Figure(
        number="B5",
        what=what or f"{question}, {count:,} {unit}",
        measured=f"p50 {mine:.2f} ms",
        floor=f"{floor:.2f} ms with {first.crowd.walkers:,} walkers",
        figure=ratio(mine, floor),
        limit=limit,
    )
