"""docs/api.md lists every call there is, with who may make it, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from api.deps import anyone, owner_only, signed_in, support_only, walker_only
from api.follower import follower
from api.main import create_app
from api.openapi import TAGS, operations, policies_of
from api.phone import walks_phone
from dogwalk.config import ApiDocs, Settings

CHECKOUT = Path(__file__).resolve().parents[3]
DOCUMENT = (CHECKOUT / "docs" / "api.md").read_text()
AREA = re.compile(r"^## (?P<tag>\w+)\n(?P<rows>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (?P<method>[A-Z]+) \| `(?P<path>/\S*)` \| (?P<who>[a-z ]+) \| (?P<what>\S.*) \|$", re.MULTILINE)
WHO = {
    anyone: "anybody",
    signed_in: "signed in",
    follower: "signed in",
    owner_only: "owner",
    walker_only: "walker",
    support_only: "support",
    walks_phone: "phone",
}


def _served() -> set[tuple[str, str, str, str]]:
    """(area, method, path, who)"""
    found = set()
    for one in operations(create_app(Settings(api_docs=ApiDocs.PUBLIC))):
        [policy] = set(policies_of(one))
        found |= {(str(one.tags[0]), method, str(one.path_format), WHO[policy]) for method in one.methods or ()}
    return found


def _listed() -> list[tuple[str, str, str, str]]:
    return [
        (area["tag"], row["method"], row["path"], row["who"])
        for area in AREA.finditer(DOCUMENT)
        for row in ROW.finditer(area["rows"])
    ]


def test_every_route_is_listed_and_no_other() -> None:
    listed = set(_listed())
    assert sorted(_served() - listed) == []
    assert sorted(listed - _served()) == []


def test_none_is_listed_twice() -> None:
    assert len(_listed()) == len(set(_listed())) == len(re.findall(r"^\| [A-Z]+ \|", DOCUMENT, re.MULTILINE))


def test_the_areas_stand_in_the_order_of_the_document() -> None:
    found = [area["tag"] for area in AREA.finditer(DOCUMENT)]
    assert found == [tag for tag in TAGS if tag in found]
