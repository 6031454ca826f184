"""Keyset pages: an opaque cursor holds where the last page ended, (when, id), newest first."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from api.schemas.base import Page
from dogwalk.errors import InvalidInput

Row = TypeVar("Row")
View = TypeVar("View")
Position = tuple[datetime, UUID]

MAX_CURSOR_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Ask the repository for `limit + 1` rows after `after`: the one too many says that there is a next page."""

    limit: int
    after: Position | None

    def of(self, found: Sequence[Row], *, key: Callable[[Row], Position], render: Callable[[Row], View]) -> Page[View]:
        items = found[: self.limit]
        has_more = len(found) > self.limit
        return Page(items=[render(row) for row in items], next_cursor=encode(key(items[-1])) if has_more else None)


def encode(position: Position) -> str:
    at, row_id = position
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(row_id)]).encode()).decode().rstrip("=")


def decode(cursor: str) -> Position:
    """InvalidInput for what is no cursor of ours."""
    try:
        held: Any = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        at, row_id = held
        return _aware(datetime.fromisoformat(at)).astimezone(UTC), UUID(row_id)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InvalidInput("Not a cursor of this list", code="invalid_cursor", pointer="/query/cursor") from error


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


async def _page_request(
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most")] = 20,
    cursor: Annotated[
        str | None, Query(max_length=MAX_CURSOR_CHARACTERS, description="The last page's `next_cursor`")
    ] = None,
) -> PageRequest:
    return PageRequest(limit=limit, after=decode(cursor) if cursor is not None else None)


PageQuery = Annotated[PageRequest, Depends(_page_request)]
