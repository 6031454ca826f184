"""`python -m tests.bench`, which `make bench` calls: performance.md's figures of this machine, now."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from tests.bench import replaying, walk_cost
from tests.bench.figure import Figure, print_figures
from tests.bench.place import Place, Size, open_place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

LIMIT_S = 240
BENCHES: Mapping[str, Callable[[Place], Awaitable[list[Figure]]]] = MappingProxyType(
    {"B2": walk_cost.measure, "B6": replaying.measure}
)


def main(
    only: Annotated[str, typer.Option(envvar="ONLY", help=f"Some of {','.join(BENCHES)}")] = ",".join(BENCHES),
    replays: Annotated[int, typer.Option(envvar="REPLAYS", help="B6: how often the history is replayed", min=3)] = 30,
) -> None:
    """Each figure beside its target. Ends by itself, after four minutes at the latest."""
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    size = Size(replays=replays)
    figures = asyncio.run(asyncio.wait_for(_measure([name.strip() for name in only.split(",")], size), LIMIT_S))
    print_figures(figures)
    sys.stdout.flush()
    os._exit(0)  # the SDK now and then aborts while the interpreter finalises, after all work is done


async def _measure(names: list[str], size: Size) -> list[Figure]:
    figures: list[Figure] = []
    async with open_place(size) as place:
        for name in names:
            print(f"measuring {name}", file=sys.stderr, flush=True)  # noqa: T201 a command line speaks to a person
            figures += await BENCHES[name](place)
    return figures


if __name__ == "__main__":
    typer.run(main)
