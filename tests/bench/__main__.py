"""`python -m tests.bench`, which `make bench` calls: performance.md's figures of this machine, now."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import Annotated

import structlog
import typer
import uvloop

from tests.bench import plans
from tests.bench.benches import BENCHES, chosen
from tests.bench.figure import last_line, print_figures
from tests.bench.place import Size, open_place
from tests.bench.run import Run
from workers.tuning import one_thread_for_the_sdk

LIMIT_S = 600.0  # a whole run takes about half of it


def main(
    only: Annotated[str, typer.Option(envvar="B", help=f"Some of {','.join(BENCHES)}")] = ",".join(BENCHES),
    limit_s: Annotated[
        float, typer.Option(help="What is not measured by then is left out, and the run fails")
    ] = LIMIT_S,
    walkers: Annotated[
        str, typer.Option(help="B5: numbers of walkers, the smallest first; ten bookings each")
    ] = ",".join(map(str, Size().walkers)),
    write_plans: Annotated[bool, typer.Option("--plans", help="Write docs/query-plans.md instead")] = False,  # noqa: FBT002 a flag
) -> None:
    """Each figure beside its floor and its target; the last line is JSON. 1 when something could not be measured."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    size = Size(walkers=tuple(int(number) for number in walkers.split(",")))
    if write_plans:
        asyncio.run(_write_plans(size))
        return
    one_thread_for_the_sdk()  # and uvloop, as workers have them
    run = uvloop.run(_measure(chosen(only), size, limit_s))
    print_figures(run.figures)
    print(last_line(run.figures, failed=run.failed, seconds=run.seconds))  # noqa: T201 a command line speaks to a person
    sys.stdout.flush()
    os._exit(
        1 if run.failed else 0
    )  # the SDK now and then aborts while the interpreter finalises, after all work is done


async def _measure(numbers: list[str], size: Size, limit_s: float) -> Run:
    run = Run()
    run.say("starting PostgreSQL, Valkey, Temporal and the stand-ins")
    async with open_place(size, say=run.say) as place:
        await run.measure({number: BENCHES[number] for number in numbers}, place, limit_s=limit_s)
    return run


async def _write_plans(size: Size) -> None:
    async with open_place(size, say=Run().say) as place:
        await plans.write(place)


if __name__ == "__main__":
    typer.run(main)
