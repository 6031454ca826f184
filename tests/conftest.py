"""Fixtures every test may ask for."""

from __future__ import annotations

import os

import pytest

from tests.support.database import Template
from tests.support.statements import share_statements

pytest_plugins = ["devstack.testing"]
share_statements()


# A process works off whole files: those that take longest begin first, so that none of them is waited for at the end.
LONGEST = ("test_s28_workers_killed.py", "test_demo.py", "test_s27_weekly_plan.py", "test_commands_in_any_order.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
async def template(stack_environment: dict[str, str]) -> Template:
    """Migrated once a process; each test clones a database of its own."""
    return await Template(url=stack_environment["DATABASE_URL"]).make({**os.environ, **stack_environment})
