"""Number → bench. Each takes the place and answers its figures; it starts what it needs there and stops it again."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import typer

from tests.bench import memory, posting, reads, replaying, scale, walk_cost, walking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tests.bench.figure import Figure
    from tests.bench.place import Place

    Bench = Callable[[Place], Awaitable[list[Figure]]]


async def _footprint(place: Place) -> list[Figure]:
    """Replays in two rounds a minute apart: what else the machine does comes and goes."""
    before = await replaying.a_round(place)
    figures = await memory.measure(place)
    return [*figures, replaying.figure([*before, *await replaying.a_round(place)])]


BENCHES: Mapping[str, Bench] = MappingProxyType(
    {
        "B1": walking.measure,
        "B2": walk_cost.measure,
        "B3": posting.measure,
        "B4": reads.measure,
        "B5": scale.measure,
        "B6": _footprint,
    }
)


def chosen(only: str) -> list[str]:
    """`B1`, `b1` and `1` are the same. In the order asked for, each once; BadParameter for one there is not."""
    names = [f"B{name.strip().upper().removeprefix('B')}" for name in only.split(",") if name.strip()]
    if unknown := [name for name in names if name not in BENCHES]:
        raise typer.BadParameter(f"{', '.join(unknown)}: there are {', '.join(BENCHES)}")
    return list(dict.fromkeys(names))
