"""Searches are answered by the indexes that docs/query-plans.md names, over a crowd in which reading all would do."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.bench.crowd import Crowd
from tests.bench.place import Place, Size
from tests.bench.plans import INDEXES, PAGE, SHOWN, explained
from tests.bench.scale import filled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bench.scale import Filled
    from tests.support.database import Template

ENOUGH = Crowd(walkers=3_000)


@pytest.fixture(scope="module")
async def crowded(
    stack_environment: dict[str, str], template: Template, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Filled]:
    environment = {**os.environ, **stack_environment}
    folder: Path = tmp_path_factory.mktemp("plans")
    place = Place(environment=environment, template=template, state_dir=folder, size=Size(), say=lambda _: None)
    async with filled(place, ENOUGH) as database:
        yield database


@pytest.mark.parametrize("question", SHOWN)
async def test_a_search_is_answered_by_the_indexes_that_are_named(crowded: Filled, question: str) -> None:
    plan = "\n".join(line for lines in await explained(crowded, question) for line in lines)
    assert set(INDEXES[question]) <= set(re.findall(r" (?:using|on) (\w+)", plan)), plan
    assert "Seq Scan on walker" not in plan


async def test_calendars_are_asked_walker_by_walker_on_days_that_statistics_do_not_know(crowded: Filled) -> None:
    """Otherwise everybody's walks of that hour would be read."""
    lines = [line for plan in await explained(crowded, "matching in a year") for line in plan]
    conditions = [line for line in lines if "Index Cond" in line and "blocked &&" in line]
    assert conditions
    assert all("walker_id =" in condition for condition in conditions)


def test_the_page_of_plans_shows_each_with_its_indexes() -> None:
    page = PAGE.read_text()
    for question in SHOWN:
        shown = page.split(f"## {question.capitalize()}\n")[1].split("\n## ")[0]
        plan = shown.split("```")[1]
        assert all(name in plan for name in INDEXES[question])
