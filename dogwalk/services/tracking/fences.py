"""An owner's fences on one walk: where the dog stands to each, and which crossings anybody is told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import msgspec

from dogwalk.domain.fence import Circle, Fence, FenceKind, Polygon
from dogwalk.domain.geofence import FenceState, advance, can_follow, is_credible, trespass
from dogwalk.domain.track.fix import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dogwalk.db.models.household import Geofence

NEWS_MAX = 20  # crossings of one walk that its booking is told of


class Standing(msgspec.Struct, omit_defaults=True):
    """To one fence. `crossings`: how many there were, late ones too."""

    state: FenceState = FenceState()
    crossings: int = 0


class Fenced(msgspec.Struct, omit_defaults=True):
    """`before`: the last position that a dog can have come to. `news`: crossings told of."""

    standings: dict[UUID, Standing] = {}
    before: Fix | None = None
    news: int = 0


class Edge(NamedTuple):
    """The `n`th crossing of a fence. `is_late`: found long after it happened. `is_news`: the booking is told."""

    fence_id: UUID
    kind: FenceKind
    n: int
    is_entering: bool
    at_s: float
    is_late: bool
    is_news: bool


def fence_of(row: Geofence) -> Fence:
    return Fence(
        id=row.id,
        kind=FenceKind(row.kind),
        circle=msgspec.convert(row.circle, Circle | None),
        polygon=msgspec.convert(row.polygon, Polygon | None),
    )


def fences_stored(fences: Iterable[Fence]) -> list[Any]:
    """For a walk; the home's own is kept apart there."""
    stored: list[Any] = msgspec.to_builtins([fence for fence in fences if fence.kind is not FenceKind.HOME])
    return stored


def fences_read(stored: list[Any]) -> tuple[Fence, ...]:
    return msgspec.convert(stored, tuple[Fence, ...], strict=False)


def cross(fenced: Fenced, fix: Fix, fences: Iterable[Fence], *, is_late: bool) -> list[Edge]:
    """Takes the next position in order of time."""
    edges = list(_crossed(fenced, fix, fences, is_late=is_late))
    if is_credible(fix) and (fenced.before is None or can_follow(fenced.before, fix)):
        fenced.before = fix
    return edges


def _crossed(fenced: Fenced, fix: Fix, fences: Iterable[Fence], *, is_late: bool) -> Iterator[Edge]:
    known = list(fences)
    for fence in known:
        standing = fenced.standings.setdefault(fence.id, Standing())
        if fence.kind is FenceKind.NO_GO:
            standing.state, crossing = trespass(standing.state, fenced.before, fix, fence.area)
        else:
            standing.state, crossing = advance(standing.state, fix, fence.area)
        if crossing is None:
            continue
        standing.crossings += 1
        is_news = not is_late and fenced.news < NEWS_MAX and _matters(fenced, fence, known, is_entering=crossing[0])
        fenced.news += is_news
        yield Edge(fence.id, fence.kind, standing.crossings, crossing[0], crossing[1], is_late, is_news)


def _matters(fenced: Fenced, fence: Fence, known: Iterable[Fence], *, is_entering: bool) -> bool:
    """A no-go zone when it is entered; a safe area when it is entered, and when it is left for no other."""
    if fence.kind is FenceKind.NO_GO or is_entering:
        return is_entering
    others = (one.id for one in known if one.kind is FenceKind.SAFE_AREA and one.id != fence.id)
    return not any(fenced.standings[other].state.is_inside for other in others if other in fenced.standings)
