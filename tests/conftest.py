"""Fixtures every test may ask for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import structlog

from dogwalk.telemetry.redaction import redact
from dogwalk.telemetry.stack_trace import add_stack_trace
from tests.support.database import Template
from tests.support.statements import share_statements

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["devstack.testing"]
share_statements()


# A process works off whole files: those that take longest begin first and the smallest last, so that none is waited for
# at the end.
LONGEST = (
    "test_s28_workers_killed.py",
    "test_s28_workers_killed_in_trouble.py",
    "test_s27_weekly_plan.py",
    "test_s27_makers_killed.py",
    "test_plans.py",
    "test_demo.py",
    "test_fuzz.py",
    "test_commands_in_any_order.py",
)
SMALLEST = "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.path))


def _turn(file: Path) -> int:
    if file.name in LONGEST:
        return LONGEST.index(file.name)
    return len(LONGEST) + (SMALLEST in file.parts)


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """structlog's own default draws every frame with its variables: seconds for each that is logged."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            add_stack_trace,
            redact,
            structlog.processors.JSONRenderer(),
        ]
    )


@pytest.fixture(scope="session")
async def template(stack_environment: dict[str, str], testrun_uid: str) -> Template:
    """Migrated once a run; each test clones a database of its own."""
    shared = Template(url=stack_environment["DATABASE_URL"], name=f"template_{testrun_uid[:12]}")
    return await shared.make({**os.environ, **stack_environment})
