"""What I do not want to be told, and when I do not want to be rung."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from api.deps import Res, SignedIn
from api.schemas import preference
from api.schemas.preference import ChannelsWanted, KindView, PreferencesChange, PreferencesView
from dogwalk.domain.preferences import Preferences, QuietHours, check, choosable
from dogwalk.services.notification.preferences import NotificationPreferences

if TYPE_CHECKING:
    from dogwalk.domain.notification import MessageKind

router = APIRouter(tags=["notification"])

PATH = "/v1/notification-preferences"


async def _preferences(res: Res) -> NotificationPreferences:
    return NotificationPreferences(database=res.database)


Mine = Annotated[NotificationPreferences, Depends(_preferences)]


@router.get(PATH)
async def get_preferences(who: SignedIn, mine: Mine) -> PreferencesView:
    """Every kind with the channels it takes; all of them are on unless I said otherwise."""
    return _view(await mine.get(who.person_id))


@router.put(PATH)
async def replace_preferences(body: PreferencesChange, who: SignedIn, res: Res, mine: Mine) -> PreferencesView:
    """422 `critical_kind` for one that cannot be switched off, `unknown_kind`, `unknown_channel`."""
    chosen = Preferences(switched_off=_switched_off(body), quiet_hours=_hours(body.quiet_hours))
    return _view(await mine.replace(who.person_id, chosen, at=res.clock.now()))


def _switched_off(body: PreferencesChange) -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for place, one in enumerate(body.kinds):
        off = {(one.kind, channel) for channel, is_on in one.channels if is_on is False}
        check(off, pointer=f"/kinds/{place}")
        found |= off
    return frozenset(found)


def _hours(given: preference.QuietHours | None) -> QuietHours | None:
    if given is None:
        return None
    return QuietHours(from_time=time.fromisoformat(given.from_time), to_time=time.fromisoformat(given.to_time))


def _view(chosen: Preferences) -> PreferencesView:
    quiet = chosen.quiet_hours
    return PreferencesView(
        kinds=[_kind(kind, chosen) for kind in choosable()],
        quiet_hours=(
            preference.QuietHours(from_time=f"{quiet.from_time:%H:%M}", to_time=f"{quiet.to_time:%H:%M}")
            if quiet
            else None
        ),
    )


def _kind(kind: MessageKind, chosen: Preferences) -> KindView:
    channels = {channel.value: (kind.name, channel.value) not in chosen.switched_off for channel in kind.every_channel}
    return KindView(kind=kind.name, critical=kind.critical, channels=ChannelsWanted(**channels))
