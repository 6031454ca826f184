"""The parts' logs, as they are or as they grow."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOKS_EVERY_S = 0.3


def print_logs(log_dir: Path, *, part: str | None, lines: int, follow: bool) -> None:
    """Every line behind its part's name. `follow` goes on until Ctrl-C."""
    sizes: dict[Path, int] = {}
    for file in _files(log_dir, part):
        with file.open(errors="replace") as log:
            for line in deque(log, maxlen=lines):
                _print(file, line)
            sizes[file] = log.tell()
    while follow:
        time.sleep(LOOKS_EVERY_S)
        for file in _files(log_dir, part):
            for line in _new_lines(file, sizes):
                _print(file, line)


def _files(log_dir: Path, part: str | None) -> list[Path]:
    return [log_dir / f"{part}.log"] if part else sorted(log_dir.glob("*.log"))


def _new_lines(file: Path, sizes: dict[Path, int]) -> Iterator[str]:
    with file.open(errors="replace") as log:
        known = sizes.get(file, 0)
        log.seek(known if known <= file.stat().st_size else 0)
        yield from log
        sizes[file] = log.tell()


def _print(file: Path, line: str) -> None:
    print(f"{file.stem:<9} | {line.rstrip()}", flush=True)
