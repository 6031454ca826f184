"""The native format of positions. The envelope must be right; a position that is not is put aside and never refused, for
a phone would repeat it for ever.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec
from starlette.exceptions import HTTPException

from dogwalk.errors import InvalidInput
from dogwalk.services.tracking.point import POSITIONS_MAX, Point, Unreadable

if TYPE_CHECKING:
    from starlette.requests import Request

INFLATED_MAX = 1_000_000  # bytes
GZIP_WINDOW = 16 + zlib.MAX_WBITS  # zlib's own way to say: gzip and nothing else
TEXT_KEPT = 1_000  # characters of what is no position
# What follows a first mistake is read by the second look alone: it may be no JSON at all. (A ValidationError is a
# DecodeError.)
UNREADABLE = (msgspec.DecodeError, RecursionError)
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Positions(msgspec.Struct, frozen=True):
    """`device_id` is that of the tracking session. Each position is stored once, by device and time."""

    device_id: UUID
    positions: Annotated[list[Point], msgspec.Meta(max_length=POSITIONS_MAX)]


class _Envelope(msgspec.Struct, frozen=True):
    device_id: UUID
    positions: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=POSITIONS_MAX)]


class _Numbered(msgspec.Struct, frozen=True):
    seq: Seq | None = None


_positions = msgspec.json.Decoder(Positions)
_envelope = msgspec.json.Decoder(_Envelope)
_point = msgspec.json.Decoder(Point)
_numbered = msgspec.json.Decoder(_Numbered)


async def body_of(request: Request) -> bytes:
    """413 when it inflates to more than 1 MB; InvalidInput when it is not what it says."""
    body = await request.body()
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "gzip":
        return _inflated(body)
    if encoding != "identity":
        raise InvalidInput("Send gzip or nothing", pointer="/header/Content-Encoding")
    return body


def read(body: bytes) -> tuple[UUID, list[Point], list[Unreadable]]:
    """The phone, its positions, and what stands in the place of positions."""
    try:
        return _read_whole(body)
    except UNREADABLE:
        raise InvalidInput("The body is not JSON") from None


def _read_whole(body: bytes) -> tuple[UUID, list[Point], list[Unreadable]]:
    try:
        whole = _positions.decode(body)
    except msgspec.ValidationError:
        return _read_one_by_one(body)
    return whole.device_id, whole.positions, []


def _read_one_by_one(body: bytes) -> tuple[UUID, list[Point], list[Unreadable]]:
    try:
        envelope = _envelope.decode(body)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error), pointer=_pointer(str(error))) from None
    points, unreadable = [], []
    for raw in envelope.positions:
        try:
            points.append(_point.decode(raw))
        except UNREADABLE:
            unreadable.append(Unreadable(_seq(raw), bytes(raw).decode(errors="replace")[:TEXT_KEPT]))
    return envelope.device_id, points, unreadable


def _seq(raw: msgspec.Raw) -> int | None:
    try:
        return _numbered.decode(raw).seq
    except UNREADABLE:
        return None


def _pointer(message: str) -> str | None:
    """Msgspec's messages name the field, `positions` or `$.positions`, and never hold what was sent."""
    return next((f"/{name}" for name in ("positions", "device_id") if name in message), None)


def _inflated(body: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=GZIP_WINDOW)
    try:
        data = inflater.decompress(body, INFLATED_MAX + 1)
    except zlib.error:
        raise InvalidInput("The body is not gzip", pointer="/header/Content-Encoding") from None
    if len(data) > INFLATED_MAX:
        raise HTTPException(413)
    if not inflater.eof:
        raise InvalidInput("The gzip body has no end", pointer="/header/Content-Encoding")
    return data
