"""Every fact a service writes down can be told in words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from dogwalk.contracts.booking import WalkSummary
from dogwalk.domain.booking import PaymentStatus
from dogwalk.services.notification.text import About, Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
texts = Texts()


def facts_written() -> Iterator[str]:
    """The literal names given to `….event("…")` in services, and to `NoteRequest(kind="…")` in workflows."""
    for folder in ("dogwalk/services", "workflows"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
                yield from names_in(call)


def names_in(call: ast.Call) -> Iterator[str]:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "kind"]
    if isinstance(call.func, ast.Attribute) and call.func.attr == "event":
        candidates = call.args[:1]
    elif isinstance(call.func, ast.Name) and call.func.id == "NoteRequest":
        candidates = named
    else:
        return
    yield from (node.value for node in candidates if isinstance(node, ast.Constant) and isinstance(node.value, str))


def words_for() -> set[str]:
    return set(texts._environment.get_template("timeline.jinja").blocks)


def test_the_search_finds_what_services_write() -> None:
    assert {"matching", "assigned", "closed"} <= set(facts_written())


@pytest.mark.parametrize("kind", sorted(set(facts_written())))
def test_every_fact_has_words(kind: str) -> None:
    assert kind in words_for()


@pytest.mark.parametrize("status", sorted(set(PaymentStatus) - {PaymentStatus.NONE, PaymentStatus.ACTION_REQUIRED}))
def test_every_end_of_a_payment_has_words(status: PaymentStatus) -> None:
    assert f"payment_{status.value}" in words_for()


def test_a_walk_is_told_with_its_figures() -> None:
    figures = {"outcome": "completed", "distance_m": 2140, "duration_s": 1800}
    assert set(figures) - {"outcome"} <= set(WalkSummary.model_fields)
    about = About(
        kind="walk_finished", person_id=UUID(int=1), first_name="", zone=ZoneInfo("UTC"), data=figures, booking=None
    )
    assert texts.event(about) == "The walk ended after 30 minutes, 2.1 km."


def test_a_fact_without_words_is_told_by_its_name() -> None:
    about = About(kind="found_a_stick", person_id=UUID(int=1), first_name="", zone=ZoneInfo("UTC"), data={})
    assert texts.event(about) == "Found a stick."
