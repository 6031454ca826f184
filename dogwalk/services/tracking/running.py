"""A walk as far as it has been heard of: counters, where she is, the fences. Folded over new positions only, so that a
batch sent twice changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import msgspec

from dogwalk.domain.geofence import FenceState, advance
from dogwalk.domain.track.fix import Fix, FixFlag
from dogwalk.services.tracking.fences import Edge, Fenced, cross

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dogwalk.domain.fence import Fence
    from dogwalk.domain.track.verdict import HomeFence
    from dogwalk.services.tracking.acceptance import Judged

HANDOVER_S = 120.0  # the primary phone is silent for so long before another takes its place
LATE_S = 120.0  # what is older when it comes is news no more
CROSSINGS_KEPT = 100
ZERO = FixFlag.ZERO.value


class Spot(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the walker was last, by the primary phone."""

    at_s: float
    lat: float
    lon: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None


class Crossed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Home left or entered. `is_late`: it was found long after it happened, and nobody was told."""

    is_entering: bool
    at_s: float
    is_late: bool = False


class Running(msgspec.Struct, omit_defaults=True):
    """What `walk.state` holds. `devices`: each phone's last position by its id; `late`: positions that came out of order;
    `refused`: how many, by code.
    """

    stored: int = 0
    late: int = 0
    refused: dict[str, int] = {}
    devices: dict[UUID, Fix] = {}
    last: Spot | None = None
    fence: FenceState = FenceState()
    crossings: list[Crossed] = []
    fenced: Fenced = msgspec.field(default_factory=Fenced)


class Progress(msgspec.Struct):
    """What a fold has brought: the phone that counts now, a new place, crossings of the home fence that are news, every
    edge of the owner's own fences.
    """

    primary_device_id: UUID | None
    moved_to: Spot | None = None
    crossed: list[Crossed] = []
    edges: list[Edge] = []


class Ground(NamedTuple):
    """What a walk is judged against. The owner's own fences count from the start to the finish of the walk."""

    home: HomeFence
    fences: tuple[Fence, ...] = ()
    from_s: float = 0.0
    to_s: float = float("inf")


def fold(
    running: Running,
    new: Iterable[tuple[UUID, Judged]],
    *,
    ground: Ground,
    primary_device_id: UUID | None,
    now_s: float,
) -> Progress:
    """Takes what has just been stored, with its devices, in any order."""
    progress = Progress(primary_device_id)
    for device_id, judged in sorted(new, key=_time):
        running.stored += 1
        if _remember(running, device_id, judged.fix) and _is_live(running, progress, device_id, judged.fix):
            _move(running, progress, judged, ground, now_s)
    return progress


def refuse(running: Running, code: str) -> None:
    running.refused[code] = running.refused.get(code, 0) + 1


def _remember(running: Running, device_id: UUID, fix: Fix) -> bool:
    """False for a position older than what this phone has told already."""
    before = running.devices.get(device_id)
    if before is not None and fix.at_s <= before.at_s:
        running.late += 1
        return False
    running.devices[device_id] = fix
    return True


def _is_live(running: Running, progress: Progress, device_id: UUID, fix: Fix) -> bool:
    """Of the primary phone, which is the first heard until it falls silent, and past what has been shown already."""
    primary = progress.primary_device_id
    heard = running.devices.get(primary) if primary is not None else None
    if heard is None or (device_id != primary and fix.at_s - heard.at_s > HANDOVER_S):
        progress.primary_device_id = device_id
    elif device_id != primary:
        return False
    return not fix.flags & ZERO and (running.last is None or fix.at_s > running.last.at_s)


def _move(running: Running, progress: Progress, judged: Judged, ground: Ground, now_s: float) -> None:
    fix, is_late = judged.fix, now_s - judged.fix.at_s > LATE_S
    running.last = progress.moved_to = Spot(
        fix.at_s, fix.lat, fix.lon, fix.accuracy_m, fix.speed_mps, judged.heading_deg
    )
    if ground.fences and ground.from_s <= fix.at_s <= ground.to_s:
        progress.edges += cross(running.fenced, fix, ground.fences, is_late=is_late)
    running.fence, crossing = advance(running.fence, fix, ground.home)
    if crossing is None:
        return
    crossed = Crossed(crossing.is_entering, crossing.at_s, is_late=is_late)
    running.crossings = [*running.crossings, crossed][-CROSSINGS_KEPT:]
    if not crossed.is_late:
        progress.crossed.append(crossed)


def _time(one: tuple[UUID, Judged]) -> float:
    return one[1].fix.at_s
