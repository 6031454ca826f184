"""One transaction for many requests: judged, stored, folded into their walks, answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from dogwalk.db.repositories import fence_edge as edges
from dogwalk.db.repositories import position as positions
from dogwalk.db.repositories import walk as walks
from dogwalk.db.repositories.fence_edge import NewEdge
from dogwalk.db.repositories.position import NewPosition, PositionKey, Refused
from dogwalk.services.tracking.acceptance import NEVER, Judged, Window, judge
from dogwalk.services.tracking.course import Course
from dogwalk.services.tracking.point import Batch, Receipt, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from dogwalk.db.models.tracking import Walk
    from dogwalk.services.tracking.fences import Edge
    from dogwalk.services.tracking.point import Point
    from dogwalk.services.tracking.running import Progress

SHUT = Window(is_open=False, first=NEVER, last=NEVER)  # of a walk that is not there any more


class Moved(NamedTuple):
    """A walk that something new was stored for."""

    walk: Walk
    progress: Progress


async def flush(session: AsyncSession, batches: Sequence[Batch]) -> tuple[list[Receipt], list[Moved]]:
    """The answers in the order of the batches. Holds the walks' locks until the end of the transaction."""
    found = await walks.lock_running(session, {batch.walk_id for batch in batches})
    courses = {walk.id: Course(walk) for walk in found}
    rows: dict[PositionKey, tuple[Judged, NewPosition]] = {}
    sorted_out = [Sorting(batch, courses.get(batch.walk_id), rows) for batch in batches]
    new = await positions.add(session, [row for _, row in rows.values()])
    await positions.quarantine(session, [row for one in sorted_out for row in one.refused])
    now = max(batch.received_at for batch in batches)
    moved = _fold(courses, {key: rows[key][0] for key in new}, now=now)
    await edges.add(session, [_edge(walk.id, edge, now) for walk, progress in moved for edge in progress.edges])
    await walks.write_running(session, [row for course in courses.values() for row in course.to_write()])
    return [one.receipt(new) for one in sorted_out], moved


async def put_aside(session: AsyncSession, batch: Batch, *, code: str) -> Receipt:
    """A request the database could not store for what it holds: its numbers are kept, and no content."""
    seqs = [one.seq for one in batch.points] + [one.seq for one in batch.unreadable]
    raws = [msgspec.json.encode({"seq": seq}).decode() for seq in seqs]
    rows = [Refused(batch.walk_id, batch.device_id, code, raw, batch.received_at) for raw in raws]
    await positions.quarantine(session, rows)
    return Receipt(rejected=[Rejected(seq, code) for seq in seqs])


class Sorting:
    """One request's positions on their way: those to store go into `rows` unless their key is there already."""

    def __init__(
        self, batch: Batch, course: Course | None, rows: dict[PositionKey, tuple[Judged, NewPosition]]
    ) -> None:
        self._batch = batch
        self._course = course
        self._claimed: list[PositionKey] = []
        self._kept = 0
        self._rejected: list[Rejected] = []
        self.refused: list[Refused] = []
        self._judge_all(rows)
        for one in batch.unreadable:
            self._refuse(one.seq, "invalid_position", one)

    def receipt(self, new: set[PositionKey]) -> Receipt:
        accepted = sum(key in new for key in self._claimed)
        return Receipt(accepted=accepted, duplicate=self._kept - accepted, rejected=self._rejected)

    def _judge_all(self, rows: dict[PositionKey, tuple[Judged, NewPosition]]) -> None:
        batch, course = self._batch, self._course
        window = course.window(batch.received_at) if course else SHUT
        before = course.running.devices.get(batch.device_id) if course else None
        for point in sorted(batch.points, key=_time):
            judged = judge(point, window, before)
            code = judged.code or (course.admit(batch.device_id) if course else None)
            if code is None:
                self._keep(judged, rows)
                before = judged.fix
            else:
                self._refuse(point.seq, code, point)

    def _keep(self, judged: Judged, rows: dict[PositionKey, tuple[Judged, NewPosition]]) -> None:
        self._kept += 1
        row = _row(self._batch, judged)
        key = PositionKey(row.walk_id, row.device_id, row.at)
        if key not in rows:
            rows[key] = judged, row
            self._claimed.append(key)

    def _refuse(self, seq: int | None, code: str, sent: Any) -> None:
        self._rejected.append(Rejected(seq, code))
        if self._course is None or self._course.refuse(code):
            batch, raw = self._batch, msgspec.json.encode(sent).decode()
            self.refused.append(Refused(batch.walk_id, batch.device_id, code, raw, batch.received_at))


def _fold(courses: Mapping[UUID, Course], new: Mapping[PositionKey, Judged], *, now: datetime) -> list[Moved]:
    by_walk: dict[UUID, list[tuple[UUID, Judged]]] = {}
    for key, judged in new.items():
        by_walk.setdefault(key.walk_id, []).append((key.device_id, judged))
    return [Moved(courses[walk_id].walk, courses[walk_id].take(ones, now=now)) for walk_id, ones in by_walk.items()]


def _row(batch: Batch, judged: Judged) -> NewPosition:
    fix = judged.fix
    return NewPosition(
        batch.walk_id,
        batch.device_id,
        judged.at,
        judged.seq,
        fix.lat,
        fix.lon,
        fix.accuracy_m,
        fix.speed_mps,
        judged.heading_deg,
        judged.battery,
        fix.flags,
        batch.received_at,
    )


def _edge(walk_id: UUID, edge: Edge, found_at: datetime) -> NewEdge:
    return NewEdge(
        walk_id=walk_id,
        fence_id=edge.fence_id,
        n=edge.n,
        kind=edge.kind.value,
        is_entering=edge.is_entering,
        at=datetime.fromtimestamp(edge.at_s, UTC),
        is_late=edge.is_late,
        is_news=edge.is_news,
        found_at=found_at,
    )


def _time(point: Point) -> datetime:
    return point.at
