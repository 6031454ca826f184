"""The API on real services: a database for each test, Redis by prefix."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import structlog

from devstack.standins.client import InboxClient
from dogwalk.telemetry.redaction import redact
from dogwalk.telemetry.stack_trace import add_stack_trace
from tests.support.accounts import Somebody, somebody
from tests.support.api import Api, open_api
from tests.support.database import Template

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """structlog's own default draws every frame with its variables: seconds for each failed request."""
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
async def template(stack_environment: dict[str, str]) -> Template:
    return await Template(url=stack_environment["DATABASE_URL"]).make({**os.environ, **stack_environment})


@pytest.fixture
async def api(stack_environment: dict[str, str], template: Template) -> AsyncIterator[Api]:
    async with open_api(stack_environment, template) as opened:
        yield opened


@pytest.fixture
async def inbox(stack_environment: dict[str, str]) -> AsyncIterator[InboxClient]:
    async with InboxClient(stack_environment["INBOX_URL"]) as opened:
        yield opened


@pytest.fixture
def ada(api: Api, inbox: InboxClient) -> Somebody:
    """Nobody yet: she has an address and a password."""
    return somebody(api, inbox)
