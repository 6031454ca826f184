"""Tables for a person: as wide as the window, or as wide as they are where a pipe or a log file reads them."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

UNBOUNDED = 400


def table(title: str, *, headings: tuple[str, ...] = ()) -> Table:
    made = Table(title=title, title_justify="left", box=None, show_header=bool(headings), pad_edge=False)
    for heading in headings:
        made.add_column(heading)
    return made


def console() -> Console:
    """Outside a terminal rich would take 80 columns, and cut addresses to fit."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(width=UNBOUNDED, soft_wrap=True, highlight=False)
