"""What kind of stack, and where its files are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from devstack.paths import CHECKOUT, private_dir, socket_dir
from devstack.ports import PortBook

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE_DIR = CHECKOUT / ".dev"
PORT_NAMES = ("api", "inbox", "smtp", "sns", "stripe", "temporal", "temporal_ui", "api_metrics", "workers_metrics")


def given_ports(environment: Mapping[str, str]) -> dict[str, int]:
    """`API_PORT`, `TEMPORAL_UI_PORT`, …: ports a person insists on."""
    wanted = {name: environment.get(f"{name.upper()}_PORT") for name in PORT_NAMES}
    return {name: int(port) for name, port in wanted.items() if port}


class Kind(StrEnum):
    """UP keeps its data and survives a power cut. DEMO keeps them, fast. TEST is in memory where it can, skips time."""

    UP = "up"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """`search_attributes=None` reads the project's own list. `given_ports`: name → a port that it must be."""

    kind: Kind
    state_dir: Path = field(default=STATE_DIR)
    search_attributes: dict[str, str] | None = None
    given_ports: dict[str, int] = field(default_factory=dict)

    @cached_property
    def run_dir(self) -> Path:
        return self.state_dir / "run"

    @cached_property
    def log_dir(self) -> Path:
        return self.state_dir / "logs"

    @cached_property
    def socket_dir(self) -> Path:
        return socket_dir(self.state_dir)

    @cached_property
    def ports(self) -> PortBook:
        private_dir(self.state_dir)
        return PortBook(file=self.state_dir / "ports.json", given=self.given_ports)
