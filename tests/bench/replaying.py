"""B6, its replay: what a worker that is running pays for a booking it does not know, as after another one's end."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from tests.bench.figure import Figure
from tests.bench.spread import percentile
from tests.support.histories import KeptHistory, replays

if TYPE_CHECKING:
    from tests.bench.place import Place

COMPLETED = Path(__file__).parents[1] / "replay" / "histories" / "completed.json"
LIMIT_MS = 20
NOT_COUNTED = 3  # the first ones import and compile what the process keeps


async def a_round(place: Place) -> list[float]:
    """Milliseconds of each."""
    spent: list[float] = []
    began = perf_counter()
    async for _ in replays(KeptHistory.load(COMPLETED), times=place.size.replays + NOT_COUNTED):
        spent.append((perf_counter() - began) * 1000)
        began = perf_counter()
    return spent[NOT_COUNTED:]


def figure(spent: list[float]) -> Figure:
    return Figure(
        number="B6",
        what="cold replay of S01 in a warm worker, ms",
        measured=f"p50 of {len(spent)}; best {min(spent):.1f}, p90 {percentile(spent, 90):.1f}",
        figure=percentile(spent, 50),
        limit=LIMIT_MS,
    )
