"""What nobody may read in a log: how to get in, where, tokens and secrets, positions. The demo's whole run is searched,
every part's log of it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from devstack.demo.people import ACCESS_CODE, ACCESS_NOTES, ADDRESS
from devstack.demo.route import synthetic_route
from devstack.demo.story import WALKERS
from tests.e2e.conftest import WITHIN_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Demo

pytestmark = pytest.mark.timeout(WITHIN_S + 60)
PARTS = {"api", "workers", "migrate", "postgres", "valkey", "temporal", "stripe", "standins", "supervisor"}
WORDS = (ACCESS_CODE, ACCESS_NOTES, ADDRESS, "@demo.test", "correct-horse", *(phone for _, phone in WALKERS))
SHAPES = {
    "access token": r"eyJ[\w-]{10,}\.",
    "tracking token": r"\btrk_[\w-]{10,}",
    "token of ours": r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w.-])",
    "client secret": r"_secret_\w+",
    "key of Stripe": r"\b(?:sk|pk|rk|ek|cuss)_(?:test|live|secret)_\w+|\bwhsec_\w+",
    "authenticator's secret": r"(?<![A-Z0-9])[A-Z2-7]{32}(?![A-Z0-9])",
    "recovery code": r"(?<![\w-])[a-z2-7]{4}(?:-[a-z2-7]{4}){3}(?![\w-])",
    "position": r"(?<![\d.:])-?(?:40\.7[78]|73\.9[67])\d",
}
CODE = re.compile(r"(?:code: |Dogwalk: )(\d{6})\b")


def found_in(text: str, *, codes: set[str] = frozenset(), secrets: list[str] = []) -> Iterator[str]:  # noqa: B006 read only
    yield from (word for word in (*WORDS, *secrets) if word in text)
    yield from (f"code {code}" for code in codes if re.search(rf"(?<![\d.]){code}(?!\d)", text))
    yield from (name for name, shape in SHAPES.items() if re.search(shape, text))


def test_no_log_of_the_demo_tells(demo: Demo) -> None:
    assert demo.code == 0, demo.complaints
    secrets = [line for value in _secrets(demo) for line in value.splitlines() if len(line) > 8]
    codes = set(CODE.findall(demo.told))
    assert (len(codes), demo.logs.keys() >= PARTS) == (8, True)
    told = {part: [*found_in(log, codes=codes, secrets=secrets)] for part, log in demo.logs.items()}
    assert {part: found for part, found in told.items() if found} == {}


def test_the_logs_are_those_of_the_run(demo: Demo) -> None:
    """Of an empty log nothing would be found."""
    for line in ("/v1/homes", "/v1/bookings/{booking_id}/positions", "/v1/payment-methods/setup"):
        assert f"route={line}" in demo.logs["api"]
    assert "kind=receipt" in demo.logs["workers"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f"code={ACCESS_CODE}", ACCESS_CODE),
        ("Authorization: Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJz", "access token"),
        ("token=trk_9vGm1rWQ0u3nKpX5yZtB7cD2eF4hJ6kL8mN0pQ2rS4t", "tracking token"),
        ("refresh_token=K1s0Jd-2gqx7mztp5waQvGm1rWQ0u3nKpX5yZtB7cD2", "token of ours"),
        ("pi_3167b8071404_secret_b99762b49f11", "client secret"),
        ("secret=WQIGTOQTI3ZTGLC2CF3AUGBWCL4QW3WY", "authenticator's secret"),
        ("used k3vd-2gqx-7mzt-p5wa", "recovery code"),
        ('{"lat": 40.78123, "lon": -73.96651}', "position"),
        (f"DETAIL: lat={synthetic_route().home[0]}", "position"),
        ("Your code: 195494", "code 195494"),
    ],
)
def test_the_canary_would_sing(line: str, found: str) -> None:
    assert found in [*found_in(line, codes={"195494"})]


def _secrets(demo: Demo) -> list[str]:
    return list(json.loads((demo.state_dir / "demo" / "secrets.json").read_text()).values())
