"""Fixtures every test may ask for."""

from __future__ import annotations

import os

import pytest

from tests.support.database import Template

pytest_plugins = ["devstack.testing"]


@pytest.fixture(scope="session")
async def template(stack_environment: dict[str, str]) -> Template:
    """Migrated once a process; each test clones a database of its own."""
    return await Template(url=stack_environment["DATABASE_URL"]).make({**os.environ, **stack_environment})
