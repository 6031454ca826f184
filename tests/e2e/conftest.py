"""The demo as a person runs it: one command, its last line, its logs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from devstack.paths import CHECKOUT
from devstack.testing import outside_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

WITHIN_S = 300


@dataclass(frozen=True, kw_only=True)
class Demo:
    state_dir: Path
    code: int
    told: str
    complaints: str

    @property
    def outcome(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.told.splitlines()[-1])
        return found

    @property
    def logs(self) -> dict[str, str]:
        """Of every part, by its name."""
        folder = self.state_dir / "demo" / "logs"
        return {file.stem: file.read_text(errors="replace") for file in folder.glob("*.log")}

    @property
    def secrets(self) -> list[str]:
        """Of this stack, made for it."""
        return list(json.loads((self.state_dir / "demo" / "secrets.json").read_text()).values())


def devstack(state_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """On a stack of its own, whatever stack the test run has."""
    command = [sys.executable, "-m", "devstack", "--state-dir", str(state_dir), *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, env=outside_environment(), check=False, capture_output=True, text=True, timeout=WITHIN_S
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    state_dir = tmp_path_factory.mktemp("demo")
    played = devstack(state_dir, "demo")
    yield Demo(state_dir=state_dir, code=played.returncode, told=played.stdout, complaints=played.stderr)
    devstack(state_dir, "reset")
