"""What I was told, to be found again in the app."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import Res, SignedIn
from api.errors import problems
from api.pagination import PageQuery
from api.schemas.base import Page
from api.schemas.notification import NotificationsSeen, NotificationView
from dogwalk.services.notification.inbox import Entry, Inbox

router = APIRouter(tags=["notification"])


async def _inbox(res: Res) -> Inbox:
    return Inbox(database=res.database, vault=res.vault, texts=res.texts)


Mine = Annotated[Inbox, Depends(_inbox)]


@router.get("/v1/notifications")
async def list_notifications(who: SignedIn, inbox: Mine, page: PageQuery) -> Page[NotificationView]:
    """Newest first, whatever channels they took to me."""
    found = await inbox.page(who.person_id, before=page.after, limit=page.limit + 1)
    return page.of(found, key=lambda entry: (entry.at, entry.id), render=_view)


@router.post("/v1/notifications/seen", status_code=204, responses=problems(404))
async def mark_seen(body: NotificationsSeen, who: SignedIn, res: Res, inbox: Mine) -> None:
    """All of them up to a notification, or up to a moment. Repeating it changes nothing."""
    await inbox.mark_seen(who.person_id, up_to=body.up_to, at=res.clock.now())


def _view(entry: Entry) -> NotificationView:
    return NotificationView(
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        text=entry.text,
        booking_id=entry.booking_id,
        offer_id=entry.offer_id,
        at=entry.at,
        seen_at=entry.seen_at,
    )
