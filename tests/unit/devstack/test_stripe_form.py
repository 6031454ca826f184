from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from stripe._encode import _api_encode

from devstack.stripe.form import nest


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[0]=x&a[1]=y", {"a": ["x", "y"]}),
        ("a[]=x&a[]=y", {"a": ["x", "y"]}),
        ("a[0][b]=x&a[1][b]=y", {"a": [{"b": "x"}, {"b": "y"}]}),
        ("metadata[7]=x", {"metadata": {"7": "x"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a%5Bb%5D=%26+%C3%A4", {"a": {"b": "& ä"}}),
    ],
)
def test_nested_keys_and_lists(body: str, expected: dict[str, object]) -> None:
    assert nest(parse_qsl(body, keep_blank_values=True)) == expected


def test_what_the_library_encodes_comes_back() -> None:
    sent = {"expand": ["latest_charge"], "created": {"gte": "5"}, "items": [{"price": "p", "tags": ["a", "b"]}]}
    assert nest((key, str(value)) for key, value in _api_encode(sent)) == sent
