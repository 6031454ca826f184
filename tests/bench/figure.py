"""One line of the table: what was measured, its floor in the same run, and the target of performance.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = ("#", "what", "measured", "floor", "figure", "target", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`figure` is what is compared with `limit`: a ratio to the floor, or a count. `floor` is empty for a count."""

    number: str
    what: str
    measured: str
    floor: str = ""
    figure: float
    limit: float
    is_at_least: bool = False

    @property
    def is_kept(self) -> bool:
        return self.figure >= self.limit if self.is_at_least else self.figure <= self.limit

    def row(self) -> tuple[str, ...]:
        target = f"{'≥' if self.is_at_least else '≤'} {self.limit:,g}"
        verdict = "ok" if self.is_kept else "missed"
        return (
            self.number,
            self.what,
            self.measured,
            self.floor,
            f"{self.figure:,.{0 if self.figure >= 1000 else 2}f}".removesuffix(".00"),
            target,
            verdict,
        )


def print_figures(figures: Iterable[Figure]) -> None:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for figure in figures:
        table.add_row(*figure.row())
    Console(width=150).print(table)
