"""A world of its own for each test, on the services of the run. What its workflows did must replay."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dogwalk.domain.policy import MarketPolicy
from tests.support.histories import history_of, replay
from tests.support.scenario_table import PROPERTY, figures_of, print_table, within_budget
from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.database import Template

RECORD = "RECORD_HISTORIES"  # a folder: every history of the run is written there, to choose the golden ones from


@pytest.fixture
def policy() -> MarketPolicy:
    """The market's; a module with another one says so."""
    return MarketPolicy()


@pytest.fixture
async def world(
    stack_environment: dict[str, str], template: Template, policy: MarketPolicy, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    async with open_world(stack_environment, template, policy=policy) as opened:
        yield opened
        await _replay_all(opened, request.node.name)
        for booking_id in opened.handles:
            figures = await figures_of(opened, booking_id)
            request.node.user_properties.append((PROPERTY, figures))
            assert within_budget(request.node.name, figures), figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stats = terminalreporter.stats.values()
    print_table(one for reports in stats for one in reports if isinstance(one, pytest.TestReport))


async def _replay_all(world: World, name: str) -> None:
    for place, handle in enumerate([*world.handles.values(), *world.plans.values()]):
        kept = await history_of(handle, world.resources.workflow_keys)
        failure = await replay(kept)
        assert failure is None, failure
        if RECORD in os.environ:
            kept.save(Path(os.environ[RECORD]) / f"{re.sub(r'[^a-z0-9]+', '_', name)}_{place}.json")
