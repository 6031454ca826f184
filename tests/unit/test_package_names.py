"""Our top-level names are plain words: a distribution that owns one too would win or lose by the order of sys.path."""

from __future__ import annotations

import importlib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = ("activities", "api", "devstack", "dogwalk", "workers", "workflows")


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_owns_the_name(name: str) -> None:
    assert set(packages_distributions().get(name, ())) <= {"dogwalk"}


@pytest.mark.parametrize("name", OURS)
def test_the_name_means_this_checkout(name: str) -> None:
    [found] = importlib.import_module(name).__path__
    assert Path(found) == CHECKOUT / name


def test_every_package_of_the_checkout_is_among_them() -> None:
    found = {path.parent.name for path in CHECKOUT.glob("[a-z]*/__init__.py")}
    assert found == set(OURS)
