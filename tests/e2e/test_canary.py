"""The search of the demo's logs finds what it is for: else it would find nothing in silence."""

from __future__ import annotations

import pytest

from devstack.demo.people import ACCESS_CODE
from devstack.demo.route import synthetic_route
from tests.support.canary import found_in


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
        ("GET /v1/objects/photos/a.jpg?expires=1&signature=abc", "signed address"),
    ],
)
def test_the_canary_would_sing(line: str, found: str) -> None:
    assert found in [*found_in(line, codes={"195494"})]
