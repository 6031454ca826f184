"""What runs, where, since when, as tables for a person."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import psutil

from devstack.options import Kind
from devstack.records import records
from devstack.running_stack import running_stack, supervisor
from devstack.seed.logins import print_logins
from devstack.tables import console, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from devstack.options import StackOptions
    from devstack.records import Record
    from devstack.running_stack import RunningStack

MIB = 1024 * 1024


def print_status(options: StackOptions, *, title: str) -> bool:
    """False when nothing of it runs."""
    out, found = console(), records(options.run_dir)
    if supervisor(options) is None and not any(record.process() for record in found):
        out.print(f"{title}: nothing runs")
        return False
    running = running_stack(options)
    out.print(_processes(found, title=title if running else f"{title}: starting or stopping"))
    if running:
        print_running(running, options)
    return True


def print_running(running: RunningStack, options: StackOptions) -> None:
    """Where it is, and who may log in: the demo's people are its own."""
    _print_addresses(running.addresses)
    if options.kind is Kind.UP:
        print_logins(running.environment)


def _print_addresses(addresses: Mapping[str, str]) -> None:
    found = table("Addresses")
    for name, url in addresses.items():
        found.add_row(name, f"[link={url}]{url}[/link]")
    console().print(found)


def _processes(found: list[Record], *, title: str) -> Table:
    shown = table(title, headings=("process", "state", "pid", "up for", "memory"))
    for record in found:
        process = record.process()
        shown.add_row(*(_ended(record) if process is None else _row(record, process)))
    return shown


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
