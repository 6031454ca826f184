"""Every setting stands in .env.example and in docs/settings.md, and nothing else does."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

import pytest

from devstack.options import PORT_NAMES
from dogwalk.config import Settings

CHECKOUT = Path(__file__).resolve().parents[3]
EXAMPLE = (CHECKOUT / ".env.example").read_text()
DOCUMENT = (CHECKOUT / "docs" / "settings.md").read_text()
SETTINGS = {name.upper(): field for name, field in Settings.model_fields.items()}
OF_THE_STACK = {f"{name.upper()}_PORT" for name in PORT_NAMES} | {"DOGWALK_STATE_DIR"}
LINE = re.compile(r"^# (?P<comment>\S.*)\n#(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)
ROW = re.compile(r"^\| `(?P<name>[A-Z][A-Z0-9_]*)` \|(?P<rest>.*)\|$", re.MULTILINE)
SHOWN = {line["name"]: line["value"].strip('"') for line in LINE.finditer(EXAMPLE)}
ROWS = {row["name"]: row["rest"] for row in ROW.finditer(DOCUMENT)}


def _written(default: object) -> str:
    plain = default.value if isinstance(default, Enum) else default
    if plain is None:
        return ""
    return str(plain).lower() if isinstance(plain, bool) else str(plain)


# Of a secret, a placeholder is shown.
PLAIN = {name: _written(field.default) for name, field in SETTINGS.items() if "SecretStr" not in str(field.annotation)}
PLAIN.pop("STRIPE_PUBLISHABLE_KEY")


def test_the_example_has_every_setting_once_with_a_comment() -> None:
    names = [line["name"] for line in LINE.finditer(EXAMPLE)]
    assert sorted(names) == sorted(SETTINGS.keys() | OF_THE_STACK)


def test_every_line_of_the_example_that_sets_is_such_a_pair() -> None:
    assert len(re.findall(r"^#?[A-Z][A-Z0-9_]*=", EXAMPLE, re.MULTILINE)) == len(SHOWN)


def test_the_table_has_every_setting_once() -> None:
    names = [row["name"] for row in ROW.finditer(DOCUMENT)]
    assert sorted(names) == sorted(SETTINGS.keys() | OF_THE_STACK)


@pytest.mark.parametrize(("name", "default"), PLAIN.items())
def test_the_default_shown_is_the_default(name: str, default: str) -> None:
    assert SHOWN[name] == default
    assert f"| `{default}` |" in f"|{ROWS[name]}" or not default


@pytest.mark.parametrize("name", SETTINGS)
def test_it_is_told_in_the_words_of_the_code(name: str) -> None:
    assert SETTINGS[name].description
    assert str(SETTINGS[name].description) in ROWS[name]
    assert f"# {SETTINGS[name].description}" in EXAMPLE


def test_the_example_holds_no_secret() -> None:
    assert not re.search(r"\b(?:sk|rk|whsec|pk)_(?:test_|live_)?[A-Za-z0-9]{12,}", EXAMPLE)
