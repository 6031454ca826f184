"""The story as it happens: colours and a progress bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from devstack.tables import console, table
from dogwalk.domain.money import major_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from devstack.demo.client import Json

MARKS = {"push": "push", "mail": "mail", "sms": "SMS "}


def money(amount: int, currency: str = "usd") -> str:
    return f"{major_units(amount, currency):,} {currency.upper()}"


class Display:
    def __init__(self) -> None:
        self._console = console()
        self._began_s = time.monotonic()

    def chapter(self, title: str) -> None:
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def say(self, text: str) -> None:
        self._console.print(f"[dim]{time.monotonic() - self._began_s:6.1f} s[/dim]  {escape(text)}")

    def message(self, received: Json, whose: str) -> None:
        """Somebody was told something."""
        text = received["subject"] or received["text"].splitlines()[0]
        self._console.print(f"          [cyan]{MARKS[received['channel']]} → {escape(whose)}[/cyan]: {escape(text)}")

    @contextmanager
    def walking(self, total: int) -> Iterator[Callable[[int], None]]:
        """Gives a function that is told how many positions were sent."""
        if not self._console.is_terminal:
            yield self._quarters(total)
            return
        columns = (TextColumn("          {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("walking", total=total)
            yield lambda done: progress.update(task, completed=done)

    def _quarters(self, total: int) -> Callable[[int], None]:
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            quarter = 4 * done // total
            if quarter > told:
                told = quarter
                self.say(f"walking: {done} of {total} positions sent")

        return tell

    def timeline(self, lines: list[Json]) -> None:
        shown = table("\nTimeline")
        for line in lines:
            shown.add_row(line["at"][11:19], escape(line["text"]))
        self._console.print(shown)

    def receipt(self, receipt: Json) -> None:
        currency = receipt["total"]["currency"]
        prices = table("\nReceipt")
        for line in receipt["lines"]:
            prices.add_row(line["kind"], money(line["amount"], currency))
        for name in ("total", "captured", "refunded", "transferred", "platform_fee"):
            prices.add_row(f"[bold]{name}[/bold]", money(receipt[name]["amount"], currency))
        self._console.print(prices)
        self._ledger(receipt["ledger"], currency)

    def _ledger(self, lines: list[Json], currency: str) -> None:
        shown = table("\nLedger (debit +, credit −)")
        for line in lines:
            shown.add_row(line["journal"], line["account"], f"{major_units(line['amount'], currency):+,}")
        shown.add_row("[bold]sum[/bold]", "", f"[bold]{money(sum(line['amount'] for line in lines), currency)}[/bold]")
        self._console.print(shown)

    def links(self, links: Mapping[str, str]) -> None:
        shown = table("\nLook inside")
        for name, url in links.items():
            shown.add_row(name, f"[link={url}]{url}[/link]")
        self._console.print(shown)
