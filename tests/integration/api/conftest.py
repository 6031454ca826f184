"""The API on real services: a database for each test, Redis by prefix."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.api import Api, open_api
from tests.support.database import Template

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(scope="session")
async def template(stack_environment: dict[str, str]) -> Template:
    return await Template(url=stack_environment["DATABASE_URL"]).make({**os.environ, **stack_environment})


@pytest.fixture
async def api(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template) as opened:
        yield opened
