"""One line of the table: what was measured, its floor in the same run, and the target of performance.md."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    def is_met(self) -> bool:
        return self.figure >= self.limit if self.is_at_least else self.figure <= self.limit

    @property
    def target(self) -> str:
        return f"{'≥' if self.is_at_least else '≤'} {self.limit:,g}"

    @property
    def verdict(self) -> str:
        return "met" if self.is_met else "missed"

    def row(self) -> tuple[str, ...]:
        shown = f"{self.figure:,.{0 if self.figure >= 1000 else 2}f}".removesuffix(".00")
        return (self.number, self.what, self.measured, self.floor, shown, self.target, self.verdict)

    def as_json(self) -> dict[str, Any]:
        """Of the digits a ratio has, two or three mean something."""
        said = {"number": self.number, "what": self.what, "measured": self.measured, "floor": self.floor}
        return {**said, "figure": round(self.figure, 3), "target": self.target, "met": self.is_met}


def print_figures(figures: Sequence[Figure]) -> None:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for figure in figures:
        table.add_row(*figure.row())
    Console(width=160).print(table)


def last_line(figures: Sequence[Figure], *, failed: Sequence[str], seconds: float) -> str:
    counts = {"met": sum(one.is_met for one in figures), "missed": sum(not one.is_met for one in figures)}
    found = {"figures": [one.as_json() for one in figures], **counts, "failed": list(failed)}
    return json.dumps({**found, "seconds": round(seconds, 1)}, ensure_ascii=False)
