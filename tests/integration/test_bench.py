"""That the benchmark runs, on the smallest scale: what it finds depends on the machine and is no test's business."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.bench.benches import BENCHES
from tests.bench.place import Place, Size
from tests.bench.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.figure import Figure
    from tests.support.database import Template

SMALLEST = Size(replays=1, posts=3, read_rounds=1, read_s=0.2, walkers=(50, 200), denser=2, questions=10)


async def test_a_bench_measures_its_figures_and_one_that_breaks_is_named(
    stack_environment: dict[str, str], template: Template, tmp_path: Path
) -> None:
    environment = {**os.environ, **stack_environment}
    run = Run()
    place = Place(environment=environment, template=template, state_dir=tmp_path, size=SMALLEST, say=run.say)
    await run.measure({"B3": BENCHES["B3"], "B5": BENCHES["B5"], "B0": broken}, place, limit_s=150)
    assert [(figure.number, figure.what) for figure in run.figures] == [
        ("B3", "POST /v1/bookings, p50"),
        ("B3", "POST /v1/bookings, p99"),
        ("B5", "matching, 200 walkers"),
        ("B5", "matching at once, 200 walkers"),
        ("B5", "slots of a walker, 200 walkers"),
        ("B5", "conflict check, 2,000 bookings"),
        ("B5", "matching, a town of 100 walkers to one of 50"),
    ]
    assert all(figure.figure > 0 for figure in run.figures)
    assert run.failed == ["B0"]


async def broken(_: Place) -> list[Figure]:
    raise RuntimeError("it happens")
