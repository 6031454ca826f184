"""B6, its replay: a worker that has never seen a booking replays its whole life, as after a restart."""

from __future__ import annotations

import statistics
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from tests.bench.figure import Figure
from tests.support.histories import KeptHistory, replay

if TYPE_CHECKING:
    from tests.bench.place import Place

COMPLETED = Path(__file__).parents[1] / "replay" / "histories" / "completed.json"
LIMIT_MS = 20


async def measure(place: Place) -> list[Figure]:
    """The first replay, which imports everything once a process, is not counted; each one has a worker of its own."""
    kept = KeptHistory.load(COMPLETED)
    await _replay_ms(kept)
    spent = [await _replay_ms(kept) for _ in range(place.size.replays)]
    middle = statistics.median(spent)
    measured = f"median of {len(spent)}, best {min(spent):.1f}"
    return [Figure(number="B6", what="cold replay of S01, ms", measured=measured, figure=middle, limit=LIMIT_MS)]


async def _replay_ms(kept: KeptHistory) -> float:
    began = perf_counter()
    failure = await replay(kept)
    if failure is not None:
        raise failure
    return (perf_counter() - began) * 1000
