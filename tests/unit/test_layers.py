"""The contracts of import-linter hold, and each of them fails once it is broken.

Every case is a copy of the tree with forbidden imports added, judged by the contracts of pyproject.toml as they stand.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
OPTIONS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
LINTER = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
VERDICT = re.compile(r"^(.+?) (KEPT|BROKEN)\b", re.MULTILINE)

EDGES = "Edges stand on the business, never the other way round"
INSIDE = "Inside dogwalk"
PURE = "Rules and payloads know no framework"
DETERMINISTIC = "Workflows never reach services, database or adapters"
ONE_FILE = "One file each for stripe, firebase_admin and redis"

# contract → the ways to break it: module file → what it would import
BROKEN: list[tuple[str, dict[str, str]]] = [
    (EDGES, {"dogwalk/errors.py": "api.main"}),
    (EDGES, {"dogwalk/services/quote.py": "activities.booking"}),
    (EDGES, {"activities/booking.py": "workflows.booking"}),
    (EDGES, {"workflows/calls.py": "workers.registry"}),
    (EDGES, {"api/main.py": "workers.registry"}),
    (EDGES, {"workers/registry.py": "api.main"}),
    (EDGES, {"api/docs.py": "devstack.stack"}),
    (INSIDE, {"dogwalk/services/quote.py": "dogwalk.bootstrap"}),
    (INSIDE, {"dogwalk/services/quote.py": "dogwalk.adapters.stripe"}),
    (INSIDE, {"dogwalk/adapters/stripe/holds.py": "dogwalk.services.quote"}),
    (INSIDE, {"dogwalk/db/session.py": "dogwalk.services.quote"}),
    (INSIDE, {"dogwalk/contracts/booking/life.py": "dogwalk.db.session"}),
    (INSIDE, {"dogwalk/domain/money.py": "dogwalk.contracts.booking"}),
    (INSIDE, {"dogwalk/errors.py": "dogwalk.domain.money"}),
    (PURE, {"dogwalk/domain/booking.py": "sqlalchemy"}),
    (PURE, {"dogwalk/errors.py": "fastapi"}),
    (DETERMINISTIC, {"workflows/calls.py": "dogwalk.db.session"}),
    (DETERMINISTIC, {"workflows/steps/record.py": "dogwalk.services.quote"}),
    (DETERMINISTIC, {"workflows/calls.py": "activities.delivery", "activities/delivery.py": "dogwalk.services.quote"}),
    (ONE_FILE, {"api/docs.py": "stripe"}),
    (ONE_FILE, {"dogwalk/services/quote.py": "redis"}),
    (ONE_FILE, {"activities/notification.py": "firebase_admin"}),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    shutil.copy(CHECKOUT / "pyproject.toml", copy)
    for package in OPTIONS["root_packages"]:
        shutil.copytree(CHECKOUT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def broken(tree: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The tree with the case's imports in it, and without them afterwards."""
    before = {tree / name: (tree / name).read_text() for name in request.param}
    for file, module in zip(before, request.param.values(), strict=True):
        file.write_text(f"{before[file]}\nimport {module}\n")
    yield tree
    for file, text in before.items():
        file.write_text(text)


def _verdicts(tree: Path) -> dict[str, bool]:
    """Contract → kept."""
    done = subprocess.run(LINTER, cwd=tree, capture_output=True, text=True, check=False)
    found = {name: verdict == "KEPT" for name, verdict in VERDICT.findall(done.stdout)}
    assert set(found) == {contract["name"] for contract in OPTIONS["contracts"]}, done.stdout + done.stderr
    assert (done.returncode == 0) is all(found.values())
    return found


def test_every_contract_holds(tree: Path) -> None:
    assert all(_verdicts(tree).values())


@pytest.mark.parametrize(
    ("contract", "broken"),
    BROKEN,
    indirect=["broken"],
    ids=[" and ".join(f"{file} imports {module}" for file, module in imports.items()) for _, imports in BROKEN],
)
def test_a_forbidden_import_breaks_its_contract(contract: str, broken: Path) -> None:
    assert not _verdicts(broken)[contract]


def test_every_contract_has_been_broken() -> None:
    assert {contract for contract, _ in BROKEN} == {contract["name"] for contract in OPTIONS["contracts"]}
