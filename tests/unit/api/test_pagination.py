from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pagination import PageRequest, decode, encode
from dogwalk.errors import InvalidInput

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Row = tuple[datetime, UUID]


def page(rows: list[Row], *, limit: int, after: Row | None) -> list[Row]:
    """As a repository answers: newest first, one more than asked for."""
    return [row for row in sorted(rows, reverse=True) if after is None or row < after][: limit + 1]


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_comes_back_as_it_went(at: datetime, row_id: UUID) -> None:
    assert decode(encode((at, row_id))) == (at, row_id)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7])
def test_pages_hold_every_row_once(count: int) -> None:
    rows = [(AT + timedelta(hours=number // 2), uuid4()) for number in range(count)]
    seen: list[Row] = []
    after: Row | None = None
    for _ in range(count + 1):
        request = PageRequest(limit=2, after=after)
        got = request.of(page(rows, limit=2, after=after), key=lambda row: row, render=lambda row: row)
        seen += got.items
        if got.next_cursor is None:
            break
        after = decode(got.next_cursor)
    assert seen == sorted(rows, reverse=True)


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


NOT_OURS = (
    "1", "[1,2]", '["x","y"]', "{}", "[" * 90, '["2026-11-23T09:30:00Z",null]',
    f'["2026-11-23T09:30:00","{UUID(int=1)}"]',
    f'["0001-01-01T00:00:00+14:00","{UUID(int=2)}"]',
)  # fmt: skip


@pytest.mark.parametrize("cursor", ["", "!", "é", "a", *map(encoded, NOT_OURS)])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode(cursor)
    assert refused.value.code == "invalid_cursor"
