"""Telling viewers where a walk is, right after the commit. Redis has 50 ms: no phone waits for it any longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import structlog

from dogwalk.errors import Unavailable
from dogwalk.services.tracking.running import Crossed, Spot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dogwalk.db.models.tracking import Walk
    from dogwalk.ports import LivePositions
    from dogwalk.services.tracking.flush import Moved

log = structlog.get_logger(__name__)


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What goes to the processes that have viewers; what each viewer may see is decided there."""

    spot: Spot
    is_under_way: bool = False
    crossed: list[Crossed] = msgspec.field(default_factory=list)


class News:
    def __init__(self, *, live: LivePositions) -> None:
        self._live = live

    async def tell(self, moved: Sequence[Moved]) -> None:
        """Late positions, which moved nobody, are no news."""
        messages = {
            str(walk.id): msgspec.json.encode(_told(walk, progress.moved_to, progress.crossed)).decode()
            for walk, progress in moved
            if progress.moved_to is not None
        }
        if not messages:
            return
        try:
            await self._live.publish(messages)
        except Unavailable as error:
            log.debug("live_not_told", walks=len(messages), reason=error.detail)


def _told(walk: Walk, spot: Spot, crossed: list[Crossed]) -> Told:
    return Told(spot, walk.started_at is not None and walk.finished_at is None, crossed)
