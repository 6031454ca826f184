from __future__ import annotations

import pytest

from api.accept import preferred

OFFERED = ("application/json", "application/geo+json", "application/gpx+xml")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/gpx+xml", "application/gpx+xml"),
        ("Application/GPX+XML", "application/gpx+xml"),
        ("application/geo+json;q=0.5, application/gpx+xml;q=0.9", "application/gpx+xml"),
        ("application/gpx+xml;q=0.1, application/*;q=0.8", "application/json"),
        ("application/json;q=0, */*", "application/geo+json"),
        ("text/html", "application/json"),
        ("application/gpx+xml;q=high", "application/json"),
        ("application/gpx+xml;q=7", "application/gpx+xml"),
        (";;,,", "application/json"),
        ("", "application/json"),
    ],
)
def test_the_closest_and_most_liked_rendering_is_chosen(accept: str | None, chosen: str) -> None:
    assert preferred(accept, OFFERED) == chosen
