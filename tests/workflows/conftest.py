"""A world of its own for each test, on the services of the run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.database import Template
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(scope="session")
async def template(stack_environment: dict[str, str]) -> Template:
    return await Template(url=stack_environment["DATABASE_URL"]).make({**os.environ, **stack_environment})


@pytest.fixture
async def world(stack_environment: dict[str, str], template: Template) -> AsyncIterator[World]:
    async with open_world(stack_environment, template) as opened:
        yield opened
