"""README's table of Make targets is the Makefile's list."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
MAKEFILE = (CHECKOUT / "Makefile").read_text()
README = (CHECKOUT / "README.md").read_text()
TARGETS = set(re.findall(r"^([a-zA-Z_-]+):.*## ", MAKEFILE, re.MULTILINE))


def test_every_target_stands_in_the_readme() -> None:
    listed = re.findall(r"^\| `make ([a-z-]+)` \| \S", README, re.MULTILINE)
    assert sorted(listed) == sorted(TARGETS)


def test_every_phony_target_has_its_help() -> None:
    phony = {name for line in re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE) for name in line.split()}
    assert phony == TARGETS
