"""A fleet is told part by part, so that a sweep that is broken off has done as much as it could."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

One = TypeVar("One")

AT_ONCE = 100  # signals to Temporal side by side


def in_parts(fleet: Sequence[One]) -> Iterator[Sequence[One]]:
    for first in range(0, len(fleet), AT_ONCE):
        yield fleet[first : first + AT_ONCE]
