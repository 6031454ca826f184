"""A walk while its lock is held: what it takes, what it has taken, and what is to be written back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from dogwalk.db.repositories.walk import RunningState
from dogwalk.domain.track.verdict import HomeFence
from dogwalk.services.tracking.acceptance import Window, window_of
from dogwalk.services.tracking.fences import fences_read
from dogwalk.services.tracking.running import Ground, Running, fold, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from dogwalk.db.models.tracking import Walk
    from dogwalk.services.tracking.acceptance import Judged
    from dogwalk.services.tracking.running import Progress

DEVICES_MAX = 16  # a walk's phones; a packed track numbers them in a byte
STORED_MAX = 50_000  # a walk's positions: two phones, one a second, for seven hours
QUARANTINED_MAX = 5_000  # rows kept of a walk; what comes after is counted alone


class Course:
    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.running = msgspec.convert(walk.state, Running, strict=False)
        self._devices = set(self.running.devices)
        self._room = STORED_MAX - self.running.stored
        self._quarantine_room = QUARANTINED_MAX - sum(self.running.refused.values())
        self._primary_device_id = walk.primary_device_id
        self._is_changed = False
        self._late_at: datetime | None = None

    def window(self, received_at: datetime) -> Window:
        return window_of(
            opens_at=self.walk.opens_at,
            finished_at=self.walk.heard_until or self.walk.finished_at,
            closes_at=self.walk.closes_at,
            max_ahead_s=self.walk.max_ahead_s,
            received_at=received_at,
        )

    def admit(self, device_id: UUID) -> str | None:
        """Room for one more position of this phone, or why there is none."""
        if device_id not in self._devices and len(self._devices) >= DEVICES_MAX:
            return "too_many_devices"
        if self._room <= 0:
            return "walk_full"
        self._devices.add(device_id)
        self._room -= 1
        return None

    def refuse(self, code: str) -> bool:
        """Counts one. Whether it is to be kept as well."""
        refuse(self.running, code)
        self._is_changed = True
        self._quarantine_room -= 1
        return self._quarantine_room >= 0

    def take(self, new: Sequence[tuple[UUID, Judged]], *, now: datetime) -> Progress:
        """What was stored for the first time, with its devices."""
        progress = fold(
            self.running,
            new,
            ground=_ground(self.walk),
            primary_device_id=self._primary_device_id,
            now_s=now.timestamp(),
        )
        self._primary_device_id = progress.primary_device_id
        self._is_changed = self._is_changed or bool(new)
        self._late_at = now if self.walk.finished_at is not None else None
        return progress

    def to_write(self) -> list[RunningState]:
        """Its row, if something has changed."""
        last = self.running.last
        return [
            RunningState(
                walk_id=self.walk.id,
                state=msgspec.json.encode(self.running).decode(),
                last_at=datetime.fromtimestamp(last.at_s, UTC) if last else None,
                primary_device_id=self._primary_device_id,
                late_at=self._late_at,
            )
        ][: self._is_changed]


def _ground(walk: Walk) -> Ground:
    home = HomeFence(lat=walk.home_lat, lon=walk.home_lon, radius_m=walk.home_radius_m)
    if walk.started_at is None or not walk.fences:
        return Ground(home)
    to_s = walk.finished_at.timestamp() if walk.finished_at else float("inf")
    return Ground(home, fences_read(walk.fences), walk.started_at.timestamp(), to_s)
