"""Which of several renderings a client likes best (RFC 9110, 12.5.1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Sequence


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """One of `offered`, the first of them when the client likes none or says nothing: an answer beats a 406."""
    likes = {media: _liking(accept or "*/*", media) for media in offered}
    return max(offered, key=lambda media: likes[media])


def insisted(accept: str | None, offered: Sequence[str]) -> str:
    """As `preferred`, for what is kept or printed: a client that takes none of them is told so (406)."""
    chosen = preferred(accept, offered)
    if accept and not _liking(accept, chosen):
        raise HTTPException(HTTPStatus.NOT_ACCEPTABLE)
    return chosen


def _liking(accept: str, media: str) -> float:
    """The quality of the range that names `media` most closely."""
    kind = media.partition("/")[0]
    closeness = {media: 3, f"{kind}/*": 2, "*/*": 1}
    ranges = [_parsed(part) for part in accept.split(",")]
    fitting = [(closeness[name], quality) for name, quality in ranges if name in closeness]
    return max(fitting, default=(0, 0.0))[1]


def _parsed(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    stated = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return name, min(1.0, max(0.0, float(stated)))
    except ValueError:
        return name, 0.0
