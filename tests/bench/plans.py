"""The plans of B5's queries as PostgreSQL makes them over a moderate crowd: written to docs/query-plans.md."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from tests.bench.crowd import Crowd
from tests.bench.questions import QUESTIONS, cards, matching_in_a_year
from tests.bench.scale import filled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.bench.place import Place
    from tests.bench.scale import Filled

PAGE = Path(__file__).parents[2] / "docs" / "query-plans.md"
WIDTH = 180
MODERATE = Crowd(walkers=10_000)
ASKED = {**QUESTIONS, "walkers as an owner finds them": cards, "matching in a year": matching_in_a_year}
SHOWN = ("matching", "matching at once", "slots of a walker", "walkers as an owner finds them")
# What each question must be answered by, whatever else the plan does.
INDEXES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "matching": frozenset(
            {
                "ix_walker_reach",
                "ix_weekly_availability_walker_id",
                "ex_walker_calendar_no_overlap",
                "pk_person_block",
                "uq_offer_booking_id_round_walker_id",
            }
        ),
        "matching at once": frozenset({"ix_walker_reach", "ix_walker_on_call_reach"}),
        "walkers as an owner finds them": frozenset(
            {"ix_walker_reach", "ex_walker_calendar_no_overlap", "pk_walker", "pk_person"}
        ),
        "slots of a walker": frozenset({"ix_weekly_availability_walker_id", "ex_walker_calendar_no_overlap"}),
    }
)
HEAD = f"""# Query plans
Made by `python -m tests.bench --plans`, over {MODERATE.walkers:,} walkers in {MODERATE.walkers // MODERATE.per_town} towns
and {MODERATE.bookings:,} bookings, by the code that asks in the product; not written by hand. Long lines are cut.
That the indexes named here are used is a test (`tests/integration/test_query_plans.py`). Why they are as they are:
[ADR 21](adr/0021-walkers-are-found-by-their-reach.md).

The conflict check has no plan: it is the constraint `ex_walker_calendar_no_overlap`, looked up by each write.
"""


async def write(place: Place) -> None:
    async with filled(place, MODERATE) as database:
        parts = [HEAD]
        for question in SHOWN:
            named = ", ".join(f"`{name}`" for name in sorted(INDEXES[question]))
            plans = "\n\n".join(
                [
                    "\n".join(line if len(line) <= WIDTH else f"{line[:WIDTH]} …" for line in plan)
                    for plan in await explained(database, question)
                ]
            )
            parts.append(f"## {question.capitalize()}\nBy {named}.\n```\n{plans}\n```\n")
    PAGE.write_text("\n".join(parts))


async def explained(database: Filled, question: str) -> list[list[str]]:
    """The plan of each statement that the question asks, as lines, run once for its counts."""
    engine = database.resources.database.engine
    asked: list[tuple[str, Any]] = []
    keep = _keeper(asked)
    ask = ASKED[question]
    async with database.resources.database.transaction() as session:
        event.listen(engine.sync_engine, "before_cursor_execute", keep)
        await ask(session, database.asked)
        event.remove(engine.sync_engine, "before_cursor_execute", keep)
        connection = await session.connection()
        plans = []
        for statement, parameters in asked:
            told = await connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) {statement}", parameters
            )
            plans.append([row[0] for row in told])
    return plans


def _keeper(asked: list[tuple[str, Any]]) -> Callable[..., None]:
    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    return keep
