"""One small file a process: id and start time. A number alone may by now be somebody else's process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil

SAME_START_S = 0.05
GRACE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    file: Path
    name: str
    pid: int
    started: float
    stop_signal: int

    def process(self) -> psutil.Process | None:
        """The recorded process if it still runs: same id and same start."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < SAME_START_S
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def remember(run_dir: Path, *, name: str, process: psutil.Process, stop_signal: int) -> Path:
    run_dir.mkdir(parents=True, exist_ok=True)
    file = run_dir / f"{name}.json"
    content = {"pid": process.pid, "started": process.create_time(), "stop_signal": int(stop_signal)}
    file.write_text(json.dumps(content) + "\n")
    return file


def forget(file: Path) -> None:
    file.unlink(missing_ok=True)


def records(run_dir: Path) -> list[Record]:
    return [found for file in sorted(run_dir.glob("*.json")) if (found := _read(file))]


def running(run_dir: Path) -> dict[str, psutil.Process]:
    return {record.name: process for record in records(run_dir) if (process := record.process())}


def stop_leftovers(run_dir: Path) -> list[str]:
    """Stops what a killed run left behind, and only that. Answers the names of what it had to stop."""
    left = [(record, process) for record in records(run_dir) if (process := record.process())]
    for record, process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.Signals(record.stop_signal))
    _, stubborn = psutil.wait_procs([process for _, process in left], timeout=GRACE_S)
    for process in stubborn:
        _kill_group(process)
    for record in records(run_dir):
        forget(record.file)
    return [record.name for record, _ in left]


def _kill_group(process: psutil.Process) -> None:
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()


def _read(file: Path) -> Record | None:
    try:
        content = json.loads(file.read_text())
        return Record(file=file, name=file.stem, **content)
    except (ValueError, TypeError, FileNotFoundError):
        return None
