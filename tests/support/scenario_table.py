"""What `make scenarios` prints: a line a test, with where its bookings ended and what they cost.

A test's figures travel on its report, so that the table is whole whichever process ran it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from dogwalk.domain.ledger import is_settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    import pytest

    from tests.support.world import World

PROPERTY = "scenario"
NUMBERED = re.compile(r"test_s(\d\d)_(\w+)")
COLUMNS = ("#", "scenario", "", "ends", "ledger", "messages", "actions", "events")

# Actions at Temporal of each scenario's dearest booking. S28 kills workers and does work twice.
DEAREST: Mapping[str, int] = {
    "S01": 20,
    "S02": 12,
    "S03": 9,
    "S04": 34,
    "S05": 23,
    "S06": 14,
    "S07": 21,
    "S08": 23,
    "S09": 29,
    "S10": 23,
    "S11": 29,
    "S12": 29,
    "S13": 19,
    "S14": 30,
    "S15": 20,
    "S16": 24,
    "S17": 24,
    "S18": 23,
    "S19": 26,
    "S20": 21,
    "S21": 29,
    "S22": 30,
    "S23": 26,
    "S25": 39,
    "S26": 23,
    "S27": 19,
    "S29": 20,
    "S30": 25,
}
ROOM = 4  # a slow machine's local activities are done once more, as regular ones


@dataclass(frozen=True, kw_only=True)
class BookingFigures:
    """`messages` counts what people were told, however many channels it took."""

    ends: str
    ledger_balanced: bool
    messages: int
    actions: int
    events: int


async def figures_of(world: World, booking_id: UUID) -> dict[str, Any]:
    row, cost = await world.row(booking_id), await world.cost(booking_id)
    return asdict(
        BookingFigures(
            ends=" ".join(part for part in (row.status, row.outcome) if part),
            ledger_balanced=is_settled(await world.balances(booking_id)),
            messages=(await world.told(booking_id)).total(),
            actions=cost.actions,
            events=cost.events,
        )
    )


def within_budget(test: str, figures: Mapping[str, Any]) -> bool:
    """Whether a booking of this test costs no more than its scenario's may."""
    found = NUMBERED.search(test)
    dearest = DEAREST.get(f"S{found[1]}") if found else None
    return dearest is None or figures["actions"] <= dearest + ROOM


def print_table(reports: Iterable[pytest.TestReport]) -> None:
    """Nothing when no numbered scenario ran."""
    lines = sorted(_lines(reports))
    if not lines:
        return
    table = Table(*COLUMNS, title="\nScenarios", title_justify="left", box=None)
    for line in lines:
        table.add_row(*line)
    Console(width=160, soft_wrap=True).print(table)


def _lines(reports: Iterable[pytest.TestReport]) -> Iterator[tuple[str, ...]]:
    by_test: dict[str, list[pytest.TestReport]] = defaultdict(list)
    for report in reports:
        by_test[report.nodeid].append(report)
    for nodeid, phases in by_test.items():
        if found := NUMBERED.search(nodeid.rpartition("::")[2]):
            passed = "ok" if all(phase.passed for phase in phases) else "FAILED"
            yield f"S{found[1]}", found[2].replace("_", " "), passed, *_cells(phases)


def _cells(phases: Iterable[pytest.TestReport]) -> tuple[str, ...]:
    """A booking that is still under way owes nobody a balance yet."""
    found = {id(value): value for phase in phases for name, value in phase.user_properties if name == PROPERTY}
    bookings = [BookingFigures(**value) for value in found.values()]
    if not bookings:
        return ("–",) * 5
    closed = [one for one in bookings if one.ends.startswith("closed")]
    ledger = "balanced" if all(one.ledger_balanced for one in closed) else "OFF"
    return (
        ", ".join(dict.fromkeys(one.ends for one in bookings)),
        ledger if closed else "open",
        *(_joined(getattr(one, name) for one in bookings) for name in ("messages", "actions", "events")),
    )


def _joined(values: Iterable[int]) -> str:
    return " + ".join(map(str, values))
