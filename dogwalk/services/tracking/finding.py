"""Everything a finished walk's positions are turned into, in one go: pure, so that a track at rest can be judged again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from dogwalk.domain.track.coverage import covered_s
from dogwalk.domain.track.figures import Figures, between, figures_of
from dogwalk.domain.track.filters import clean
from dogwalk.domain.track.packed import pack
from dogwalk.domain.track.shape import encoded_route
from dogwalk.domain.track.verdict import HomeFence, Service, Verdict, verdict
from dogwalk.domain.track.walked import walked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from dogwalk.domain.policy import Walking
    from dogwalk.domain.track import Fix

CLEARLY_BETTER = 1.1  # another phone must have been heard so much longer to replace the primary one


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`packed` holds `n` fixes, the device of the figures first. `stats` is `figures` as it is stored."""

    figures: Figures
    verdict: Verdict
    polyline: str
    packed: bytes
    sha256: str
    n: int
    t0: datetime | None
    t1: datetime | None

    @property
    def stats(self) -> dict[str, Any]:
        return asdict(self.figures)


def find(
    devices: Mapping[UUID, Sequence[Fix]],
    *,
    service: Service,
    home: HomeFence,
    policy: Walking,
    primary_device_id: UUID | None,
    photos: Sequence[float] = (),
) -> Finding:
    """`photos`: when they reached us."""
    ordered = _best_first(devices, service, primary_device_id)
    kept = [clean(fixes)[0] for fixes in ordered]
    window = service.started_at_s, service.finished_at_s
    walk = walked(between(kept[0], *window) if kept else [])
    fixes = len(between(ordered[0], *window)) if ordered else 0
    measured = figures_of(walk, from_s=window[0], to_s=window[1], fixes=fixes)
    packed = pack(ordered)
    times = [fix.at_s for fixes in ordered for fix in fixes]
    return Finding(
        figures=measured,
        verdict=verdict(
            kept,
            service=service,
            home=home,
            in_vehicle=measured.is_vehicle_suspected,
            policy=policy,
            photos=photos,
        ),
        polyline=encoded_route(walk),
        packed=packed,
        sha256=sha256(packed).hexdigest(),
        n=len(times),
        t0=datetime.fromtimestamp(min(times), UTC) if times else None,
        t1=datetime.fromtimestamp(max(times), UTC) if times else None,
    )


def _best_first(
    devices: Mapping[UUID, Sequence[Fix]], service: Service, primary_device_id: UUID | None
) -> list[Sequence[Fix]]:
    """The primary device, unless another was heard for clearly longer: its battery may have died on the way."""

    def heard_s(device_id: UUID) -> float:
        seen_s = covered_s([fix.at_s for fix in devices[device_id]], service.started_at_s, service.finished_at_s)
        return seen_s * (CLEARLY_BETTER if device_id == primary_device_id else 1.0)

    return [devices[device_id] for device_id in sorted(devices, key=lambda one: (-heard_s(one), one))]
