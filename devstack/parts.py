"""The list of parts, each with the settings that replace it."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Protocol

from devstack.options import Kind, StackOptions
from devstack.postgres import Postgres
from devstack.temporal import Temporal, TemporalOptions
from devstack.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Part(Protocol):
    """One thing that starts, tells its addresses as settings, and stops. `stop` is safe before `start`, and twice."""

    @property
    def name(self) -> str: ...
    async def start(self) -> dict[str, str]: ...
    async def stop(self) -> None: ...


def plan(options: StackOptions, *, outside: Mapping[str, str]) -> Sequence[Part]:
    """The parts to start, in the order in which they are told to stop last."""
    wanted: list[Part] = []
    if not outside.get("DATABASE_URL"):
        wanted.append(_postgres(options))
    if not outside.get("REDIS_URL"):
        wanted.append(Valkey(socket_dir=options.socket_dir, run_dir=options.run_dir, log_dir=options.log_dir))
    if not outside.get("TEMPORAL_ADDRESS"):
        wanted.append(_temporal(options))
    return wanted


def project_search_attributes() -> dict[str, str]:
    """Name → type, as the workflows declare them."""
    if importlib.util.find_spec("dogwalk.contracts.search_attributes") is None:
        return {}
    module = importlib.import_module("dogwalk.contracts.search_attributes")
    found: dict[str, str] = dict(module.SEARCH_ATTRIBUTES)
    return found


def _postgres(options: StackOptions) -> Postgres:
    return Postgres(
        state_dir=options.state_dir,
        socket_dir=options.socket_dir,
        run_dir=options.run_dir,
        log_dir=options.log_dir,
        durable=options.kind is Kind.UP,
    )


def _temporal(options: StackOptions) -> Temporal:
    attributes = options.search_attributes
    temporal = TemporalOptions(
        port=options.ports.port("temporal"),
        ui_port=options.ports.port("temporal_ui"),
        database=None if options.kind is Kind.TEST else options.state_dir / "temporal.db",
        time_skipping=options.kind is Kind.TEST,
        search_attributes=project_search_attributes() if attributes is None else attributes,
    )
    return Temporal(options=temporal, run_dir=options.run_dir, log_dir=options.log_dir)
