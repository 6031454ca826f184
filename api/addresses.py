"""Addresses of photos, made anew for each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.schemas.photo import PhotoAddress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dogwalk.bootstrap import Resources


async def addresses(res: Resources, keys: Iterable[str | None]) -> dict[str | None, PhotoAddress]:
    """By key. `get` is None for what has no photo."""
    signed = await res.objects.sign({key for key in keys if key is not None})
    return {key: PhotoAddress(url=one.url, expires_at=one.expires_at) for key, one in signed.items()}


async def address(res: Resources, key: str) -> PhotoAddress:
    return (await addresses(res, [key]))[key]
