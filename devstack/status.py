"""What runs, where, since when, as tables for a person."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import psutil
from rich.console import Console
from rich.table import Table

from devstack.records import records
from devstack.running_stack import running_stack, supervisor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devstack.options import StackOptions
    from devstack.records import Record

MIB = 1024 * 1024


def print_status(options: StackOptions, *, title: str) -> bool:
    """False when nothing of it runs."""
    console, found = Console(), records(options.run_dir)
    if supervisor(options) is None and not any(record.process() for record in found):
        console.print(f"{title}: nothing runs")
        return False
    running = running_stack(options)
    console.print(_processes(found, title=title if running else f"{title}: starting or stopping"))
    if running:
        print_addresses(running.addresses)
    return True


def print_addresses(addresses: Mapping[str, str]) -> None:
    table = Table(title="Addresses", title_justify="left", box=None, show_header=False, pad_edge=False)
    for name, url in addresses.items():
        table.add_row(name, f"[link={url}]{url}[/link]")
    # a pipe or a log file is no narrow window: addresses there stay on one line
    Console(soft_wrap=True).print(table)


def _processes(found: list[Record], *, title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("process", "state", "pid", "up for", "memory"):
        table.add_column(heading)
    for record in found:
        process = record.process()
        table.add_row(*(_ended(record) if process is None else _row(record, process)))
    return table


def _ended(record: Record) -> tuple[str, ...]:
    return (record.name, "[red]ended[/red]", str(record.pid), "", "")


def _row(record: Record, process: psutil.Process) -> tuple[str, ...]:
    up_for = timedelta(seconds=int(time.time() - record.started))
    return (record.name, "[green]running[/green]", str(record.pid), str(up_for), f"{_memory_mib(process):.0f} MiB")


def _memory_mib(process: psutil.Process) -> float:
    """With its children, as far as we may look."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total / MIB
