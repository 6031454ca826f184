"""Where photos are kept, and what makes them fit to be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUrl:
    """Whoever has it may read the object until then: it is shown to nobody but the entitled, and never logged."""

    url: str = field(repr=False)
    expires_at: datetime


class ObjectStore(Protocol):
    """Private objects by key, `{kind}/{uuid}.{ext}`. Unavailable while the store is away."""

    async def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """Again under the same key replaces it."""

    async def delete(self, key: str) -> None:
        """One that is not there is gone already."""

    async def sign(self, keys: Collection[str]) -> Mapping[str, SignedUrl]:
        """Addresses that live for minutes. Whether the objects are there is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPhoto:
    content: bytes = field(repr=False)
    content_type: str
    width_px: int
    height_px: int


class PhotoCleaner(Protocol):
    async def clean(self, content: bytes) -> CleanPhoto:
        """The picture alone, upright: no position, no comment, nothing behind its end. InvalidInput `photo_type_unknown`
        (not a JPEG, PNG or HEIC by its content), `photo_too_many_pixels`, `photo_unreadable`.
        """
