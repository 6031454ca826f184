from __future__ import annotations

import pytest
from starlette.exceptions import HTTPException

from api.accept import insisted, preferred

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


@pytest.mark.parametrize("accept", [None, "", "*/*", "application/*;q=0.1", "application/json"])
def test_whoever_takes_anything_gets_the_first(accept: str | None) -> None:
    assert insisted(accept, OFFERED) == "application/json"


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", ";;,,"])
def test_who_takes_none_of_them_is_told(accept: str) -> None:
    with pytest.raises(HTTPException) as refused:
        insisted(accept, ("application/json",))
    assert refused.value.status_code == 406
