"""What the documents link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
DOCUMENTS = [path.relative_to(CHECKOUT) for pattern in ("*.md", "docs/**/*.md") for path in CHECKOUT.glob(pattern)]
LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _anchors(document: Path) -> set[str]:
    """As the forges make them: lower case, spaces to hyphens, nothing but words and hyphens left."""
    titles = HEADING.findall(document.read_text())
    return {re.sub(r"[^\w-]", "", title.strip().lower().replace(" ", "-")) for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in LINK.finditer((CHECKOUT / document).read_text()):
        target = (CHECKOUT / document).parent / link["path"] if link["path"] else CHECKOUT / document
        if not target.exists() or (link["anchor"] and link["anchor"] not in _anchors(target)):
            broken.append(link[0])
    assert broken == []


def test_every_decision_stands_in_the_index() -> None:
    decisions = CHECKOUT / "docs" / "adr"
    index = (decisions / "README.md").read_text()
    assert [path.name for path in sorted(decisions.glob("0*.md")) if f"]({path.name})" not in index] == []
